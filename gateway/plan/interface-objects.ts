import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner';

/**
 * Asks a subgraph that knows an interface as an object only for entities of the types whose names the fetch rewrites.
 * Where a field of the interface is selected for some of its types, the planner requires what it needs of the whole
 * interface: objects of the other types would be sent without key and under a name that the subgraph does not know.
 */
export function withRewrittenTypesOnly(node: FetchNode): FetchNode {
  const { requires, inputRewrites = [] } = node;
  const rewritten = new Map<string, string[]>();
  for (const rewrite of inputRewrites) {
    const [fragment = '', field] = rewrite.path;
    if (rewrite.kind !== 'ValueSetter' || field !== '__typename') continue;
    const to = String(rewrite.setValueTo);
    rewritten.set(to, [...(rewritten.get(to) ?? []), fragment.replace('... on ', '')]);
  }
  if (!requires || rewritten.size === 0) return node;
  return { ...node, requires: requires.flatMap((one) => narrowed(one, rewritten)) };
}

function narrowed(
  selection: QueryPlanSelectionNode,
  rewritten: ReadonlyMap<string, readonly string[]>,
): QueryPlanSelectionNode[] {
  if (selection.kind !== 'InlineFragment') return [selection];
  const { typeCondition = '' } = selection;
  const types = rewritten.get(typeCondition);
  if (!types || types.includes(typeCondition)) return [selection];
  return types.map((type) => ({ ...selection, typeCondition: type }));
}
