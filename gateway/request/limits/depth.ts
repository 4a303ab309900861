import { Kind, type SelectionNode } from 'graphql';
import { foldSelections, operationsOf } from './fold-selections.js';
import { type LimitRule, limitError } from './rule.js';

/** Rejects operations whose fields nest deeper than `depth`. */
export const depthRule: LimitRule = (document, { depth: maximum }) =>
  operationsOf(document).flatMap((operation) => {
    const depth = foldSelections(document, operation, { selection: depthOf, join: Math.max });
    if (depth <= maximum) return [];
    return [
      limitError(`Fields may nest ${maximum} deep, these nest ${depth} deep.`, 'depth', maximum, operation),
    ];
  });

function depthOf(node: SelectionNode, inside: number): number {
  if (node.kind !== Kind.FIELD) return inside;
  // Nesting of introspection is limited by a validation rule of graphql-js.
  return node.name.value.startsWith('__') ? 1 : inside + 1;
}
