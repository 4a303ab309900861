import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { RestrictedNode } from './access-requirements.js';

/** Selected in place of empty selection sets, so that an object is distinguishable from null. */
const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/** Removes denied selections and denied fragments from a document. */
export function filterDocument(document: DocumentNode, denied: ReadonlySet<RestrictedNode>): DocumentNode {
  const fragments = deniedFragments(document, denied);
  const isDenied = (node: SelectionNode) =>
    node.kind === Kind.FRAGMENT_SPREAD ? fragments.has(node.name.value) : denied.has(node);
  return visit(document, {
    FragmentDefinition: (node) => (denied.has(node) ? null : undefined),
    // Visited before its selections: removed ones are not visited.
    SelectionSet: (node): SelectionSetNode | undefined => {
      const selections = node.selections.filter((selection) => !isDenied(selection));
      if (selections.length === node.selections.length) return undefined;
      return { ...node, selections: selections.length > 0 ? selections : [TYPENAME] };
    },
  });
}

/** Names of denied fragments. */
function deniedFragments(document: DocumentNode, denied: ReadonlySet<RestrictedNode>): ReadonlySet<string> {
  const definitions = document.definitions.filter(
    (node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION && denied.has(node),
  );
  return new Set(definitions.map(({ name }) => name.value));
}
