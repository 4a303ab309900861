import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { type DocumentNode, Kind } from 'graphql';
import { EntityFields } from './entity-fields.js';
import { graphNames, graphsOf, hasTrue } from '../../supergraph/join-directives.js';

/** Interface objects: interfaces by the subgraphs that define them as objects. */
export type InterfaceObjects = ReadonlyMap<string, ReadonlySet<string>>;

/** The interface objects of a supergraph. */
export function interfaceObjects(supergraph: DocumentNode): InterfaceObjects {
  const graphs = graphNames(supergraph);
  return new Map(
    supergraph.definitions.flatMap((type) => {
      if (type.kind !== Kind.INTERFACE_TYPE_DEFINITION) return [];
      const joins = (type.directives ?? []).filter((directive) => hasTrue(directive, 'isInterfaceObject'));
      const names = graphsOf(joins).flatMap((graph) => graphs.get(graph) ?? []);
      return names.length > 0 ? [[type.name.value, new Set(names)] as const] : [];
    }),
  );
}

/**
 * Removes `__typename` from fetches of interface objects: the subgraph would return the interface's name and
 * overwrite the concrete type.
 */
export function withoutInterfaceNames(node: FetchNode, objects: InterfaceObjects): FetchNode {
  if (objects.size === 0 || !node.operation.includes('__typename')) return node;
  const fields = new EntityFields(node.operation);
  const kept = fields.all.filter(
    ({ type, node: field }) => field.name.value !== '__typename' || !objects.get(type)?.has(node.serviceName),
  );
  if (kept.length === 0 || kept.length === fields.all.length) return node;
  return { ...node, operation: fields.only(new Set(kept)).operation };
}

/**
 * Restricts fetches of interface objects to the types whose names the fetch rewrites. When a field is selected
 * for some types only, the planner requires its inputs for the whole interface: objects of other types would be
 * sent without a key and with an unknown type name.
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
  return { ...node, requires: requires.flatMap((selection) => narrowed(selection, rewritten)) };
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
