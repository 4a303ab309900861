import type { CostNode } from './cost-tree.js';
import type { Variables } from './list-length.js';

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

function valueCost(node: CostNode, value: unknown, variables: Variables): number {
  if (value === null || value === undefined) return 0;
  if (!Array.isArray(value))
    return node.weight + (node.children.size > 0 ? actualCost(node, value, variables) : 0);
  let sum = 0;
  for (const item of value) sum += valueCost(node, item, variables);
  return sum;
}
