import {
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type InlineFragmentNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  isCompositeType,
} from 'graphql';
import type { TypeConditions } from '../../supergraph/type-conditions.js';

/** Inputs of field collection. */
export interface Collection {
  readonly schema: GraphQLSchema;
  /** Type conditions of the API schema. */
  readonly conditions: TypeConditions;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Whether `@skip` and `@include` include a selection. */
  readonly included: (selection: SelectionNode) => boolean;
}

/** A selection set, and the type it is written on. */
export interface TypedSelection {
  readonly set: SelectionSetNode;
  readonly type: GraphQLCompositeType;
}

/** All selections of one response name, and the types they are written on. */
export interface FieldGroup {
  readonly name: string;
  readonly fields: { readonly node: FieldNode; readonly parent: GraphQLCompositeType }[];
}

/**
 * Collects the fields of an object in response order. Without a type name, which plans omit where it is
 * certain, the type of the selection decides.
 */
export function collectFields(
  collection: Collection,
  selections: readonly TypedSelection[],
  typename: string | undefined,
): FieldGroup[] {
  const groups = new Map<string, FieldGroup>();
  for (const { set, type } of selections) collect(collection, { set, type, typename }, groups);
  return [...groups.values()];
}

function collect(
  collection: Collection,
  { set, type, typename }: TypedSelection & { readonly typename: string | undefined },
  groups: Map<string, FieldGroup>,
): void {
  for (const selection of set.selections) {
    if (!collection.included(selection)) continue;
    if (selection.kind === Kind.FIELD) {
      addField(groups, selection, type);
      continue;
    }
    const inner = innerSelection(collection, selection, { type, typename });
    if (inner) collect(collection, { ...inner, typename }, groups);
  }
}

/** The selections of a fragment, if its type condition matches. */
function innerSelection(
  { schema, conditions, fragments }: Collection,
  selection: FragmentSpreadNode | InlineFragmentNode,
  { type, typename }: { readonly type: GraphQLCompositeType; readonly typename: string | undefined },
): TypedSelection | undefined {
  const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
  const condition = fragment?.typeCondition?.name.value;
  if (!fragment || condition === undefined) return fragment && { set: fragment.selectionSet, type };
  const inner = schema.getType(condition);
  const holds = conditions.names(condition).has(typename ?? type.name);
  return holds && isCompositeType(inner) ? { set: fragment.selectionSet, type: inner } : undefined;
}

function addField(groups: Map<string, FieldGroup>, node: FieldNode, parent: GraphQLCompositeType): void {
  const name = node.alias?.value ?? node.name.value;
  const group = groups.get(name) ?? { name, fields: [] };
  group.fields.push({ node, parent });
  groups.set(name, group);
}
