import {
  type DocumentNode,
  Kind,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  visit,
} from 'graphql';
import { nameNode } from '../document/name-node.js';
import { visitorKeys } from '../document/visitor-keys.js';

const NAME_ONLY: SelectionSetNode = {
  kind: Kind.SELECTION_SET,
  selections: [{ kind: Kind.FIELD, name: nameNode(TypeNameMetaFieldDef.name) }],
};

/**
 * Removes introspection from a document. The planner plans nothing for `__schema` and `__type`, but rejects
 * introspection fields unknown to its library, such as `isOneOf`.
 */
export function withoutIntrospection(document: DocumentNode): DocumentNode {
  const definitions = document.definitions.filter(
    (definition) =>
      definition.kind !== Kind.FRAGMENT_DEFINITION || !definition.typeCondition.name.value.startsWith('__'),
  );
  const readsSchema = (name: string) => name === SchemaMetaFieldDef.name || name === TypeMetaFieldDef.name;
  return visit(
    { ...document, definitions },
    { Field: (node) => (readsSchema(node.name.value) ? { ...node, selectionSet: NAME_ONLY } : undefined) },
    visitorKeys,
  );
}
