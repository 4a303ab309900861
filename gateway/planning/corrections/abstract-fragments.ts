import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  doTypesOverlap,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { fieldDefinition } from '../../document/field-definition.js';
import { inlineFragment } from '../../document/inline-fragment.js';
import type { InterfaceObjects } from './interface-objects.js';
import { nameNode } from '../../document/name-node.js';

/**
 * Replaces fragments on abstract types around an interface object by one fragment per object type. The planner takes
 * the interface object for an object type that never satisfies another abstract type.
 */
export function withoutAbstractFragments(
  document: DocumentNode,
  schema: GraphQLSchema,
  objects: InterfaceObjects,
): DocumentNode {
  if (objects.size === 0) return document;
  const splitter = new FragmentSplitter(document, schema, objects);
  return {
    ...document,
    definitions: document.definitions.flatMap((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION ? [splitter.operation(definition)] : [],
    ),
  };
}

class FragmentSplitter {
  constructor(
    private readonly document: DocumentNode,
    private readonly schema: GraphQLSchema,
    private readonly objects: InterfaceObjects,
  ) {}

  operation(node: OperationDefinitionNode): OperationDefinitionNode {
    const root = this.schema.getRootType(node.operation);
    return root ? { ...node, selectionSet: this.set(node.selectionSet, root) } : node;
  }

  private set({ selections }: SelectionSetNode, parent: GraphQLCompositeType): SelectionSetNode {
    return {
      kind: Kind.SELECTION_SET,
      selections: selections.flatMap((selection) => this.selection(selection, parent)),
    };
  }

  private selection(node: SelectionNode, parent: GraphQLCompositeType): SelectionNode[] {
    if (node.kind === Kind.FIELD) return [this.field(node, parent)];
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : inlineFragment(this.document, node);
    const condition = this.schema.getType(fragment.typeCondition?.name.value ?? parent.name);
    if (!isCompositeType(condition)) return [node];
    return this.conditions(condition, parent).flatMap((type) => {
      const selectionSet = this.set(fragment.selectionSet, type);
      if (selectionSet.selections.length === 0) return [];
      const typeCondition = { kind: Kind.NAMED_TYPE as const, name: nameNode(type.name) };
      return [{ ...fragment, typeCondition, selectionSet }];
    });
  }

  private field(node: FieldNode, parent: GraphQLCompositeType): FieldNode {
    const field = fieldDefinition(parent, node.name.value);
    const type = field && getNamedType(field.type);
    if (!node.selectionSet || !isCompositeType(type)) return node;
    const selectionSet = this.set(node.selectionSet, type);
    if (selectionSet.selections.length > 0) return { ...node, selectionSet };
    const name = { kind: Kind.FIELD as const, name: nameNode('__typename') };
    return { ...node, selectionSet: { ...selectionSet, selections: [name] } };
  }

  /** The types that replace a fragment's type; none when no object satisfies it, as in fragments that were replaced. */
  private conditions(type: GraphQLCompositeType, parent: GraphQLCompositeType): GraphQLCompositeType[] {
    if (!doTypesOverlap(this.schema, type, parent)) return [];
    if (type === parent || !isAbstractType(type)) return [type];
    if (isObjectType(parent)) return [parent];
    if (!isInterfaceType(parent) || !this.objects.has(parent.name)) return [type];
    if (parent.getInterfaces().some((interfaceType) => interfaceType === type)) return [parent];
    return this.schema
      .getPossibleTypes(parent)
      .filter((possibleType) => this.schema.isSubType(type, possibleType));
  }
}
