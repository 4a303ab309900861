import type { WorkBudget } from '../../../kernel/fairness/work-turns.js';
import type { InputObjectCost } from './input-costs.js';
import type { Length, Variables } from './list-length.js';

/**
 * The cost tree of an operation: fields merged by response key as in execution, without free scalars.
 * Selections of all types under an abstract field count, and `@skip` and `@include` are assumed to include. So
 * the estimate is an upper bound.
 */
export interface CostNode {
  /** Cost of each value. */
  weight: number;
  /** Cost of the field independent of its number of values: that of its arguments. */
  once: number;
  /** Cost of input objects in arguments, paid once; undefined for none. */
  inputCost?: InputObjectCost | undefined;
  /** Number of values per parent; undefined means one. */
  length?: Length | undefined;
  readonly children: Map<string, CostNode>;
}

/** Upper bound of the cost of an operation, before it runs. */
export function estimatedCost(tree: CostNode, variables: Variables): number {
  let sum = 0;
  for (const child of tree.children.values()) {
    const each = child.weight + estimatedCost(child, variables);
    sum +=
      child.once +
      (child.inputCost?.(variables) ?? 0) +
      (child.length ? each * child.length(variables) : each);
  }
  return sum;
}

/** Actual cost of an operation, from its result. */
export function actualCost(tree: CostNode, data: unknown, variables: Variables): number {
  if (typeof data !== 'object' || data === null) return 0;
  const values = data as Readonly<Record<string, unknown>>;
  let sum = 0;
  for (const [key, child] of tree.children)
    sum += child.once + (child.inputCost?.(variables) ?? 0) + valueCost(child, values[key], variables);
  return sum;
}

/** As `actualCost`, for large data: counted over several turns of the event loop. */
export async function actualCostInTurns(
  tree: CostNode,
  data: object,
  variables: Variables,
  budget: WorkBudget,
): Promise<number> {
  // The root is not the value of a field, so it has no weight.
  const open: (readonly [CostNode, unknown])[] = [[{ ...tree, weight: 0 }, data]];
  let sum = 0;
  for (let next = open.pop(); next; next = open.pop()) {
    if (!budget.spend(1)) await budget.next();
    const [node, value] = next;
    if (value === null || value === undefined) continue;
    if (Array.isArray(value)) {
      for (const item of value) open.push([node, item]);
      continue;
    }
    sum += node.weight;
    for (const [key, child] of node.children) {
      sum += child.once + (child.inputCost?.(variables) ?? 0);
      open.push([child, (value as Readonly<Record<string, unknown>>)[key]]);
    }
  }
  return sum;
}

function valueCost(node: CostNode, value: unknown, variables: Variables): number {
  if (value === null || value === undefined) return 0;
  if (!Array.isArray(value))
    return node.weight + (node.children.size > 0 ? actualCost(node, value, variables) : 0);
  let sum = 0;
  for (const item of value) sum += valueCost(node, item, variables);
  return sum;
}
