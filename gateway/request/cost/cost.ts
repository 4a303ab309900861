import type { WorkBudget } from '../../../kernel/fairness/work-turns.js';
import type { InputObjectCost } from './input-costs.js';
import type { Length, Variables } from './list-length.js';

/**
 * An operation as cost sees it: response keys merged as execution merges them, scalars that cost nothing left out.
 * Selections of several types under one abstract field all count; `@skip` and `@include` are taken as included. So
 * the estimate is an upper bound.
 */
export interface CostNode {
  /** Cost of each value. */
  weight: number;
  /** Cost of the field itself, however many values it has: that of its arguments. */
  once: number;
  /** Cost of the objects given as arguments, paid once, too; undefined for none. */
  given?: InputObjectCost | undefined;
  /** How many values one parent has; undefined for one. */
  length?: Length | undefined;
  readonly children: Map<string, CostNode>;
}

/** What an operation costs at the most, before it runs. */
export function estimatedCost(tree: CostNode, variables: Variables): number {
  let sum = 0;
  for (const child of tree.children.values()) {
    const each = child.weight + estimatedCost(child, variables);
    sum +=
      child.once + (child.given?.(variables) ?? 0) + (child.length ? each * child.length(variables) : each);
  }
  return sum;
}

/** What an operation has cost, from what it returned. */
export function actualCost(tree: CostNode, data: unknown, variables: Variables): number {
  if (typeof data !== 'object' || data === null) return 0;
  const values = data as Readonly<Record<string, unknown>>;
  let sum = 0;
  for (const [key, child] of tree.children)
    sum += child.once + (child.given?.(variables) ?? 0) + valueCost(child, values[key], variables);
  return sum;
}

/** The same for data that is so much that it is counted in turns. */
export async function actualCostInTurns(
  tree: CostNode,
  data: object,
  variables: Variables,
  budget: WorkBudget,
): Promise<number> {
  // The root is no value of a field: it has no weight.
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
      sum += child.once + (child.given?.(variables) ?? 0);
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
