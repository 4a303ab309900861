import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  Kind,
} from 'graphql';

/** Computes a number from a tree of selections. */
export interface SelectionFold {
  /** The number of a selection from that of its inner selections. */
  readonly selection: (node: SelectionNode, inside: number) => number;
  /** Combines the numbers of sibling selections. */
  readonly join: (left: number, right: number) => number;
}

/**
 * Computes a number over all selections of an operation with fragments expanded. Each fragment is computed
 * once, so the cost is linear in the document; fragment cycles, which validation rejects later, terminate.
 */
export function foldSelections(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  fold: SelectionFold,
): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const cache = new Map<string, number>();

  const fragment = (name: string): number => {
    const computed = cache.get(name);
    if (computed !== undefined) return computed;
    cache.set(name, 0);
    const definition = fragments.get(name);
    const value = definition ? set(definition.selectionSet) : 0;
    cache.set(name, value);
    return value;
  };
  const inside = (node: SelectionNode): number => {
    if (node.kind === Kind.FRAGMENT_SPREAD) return fragment(node.name.value);
    return node.selectionSet ? set(node.selectionSet) : 0;
  };
  const set = (selections: SelectionSetNode): number =>
    selections.selections.reduce((sum, node) => fold.join(sum, fold.selection(node, inside(node))), 0);

  return set(operation.selectionSet);
}

/** The operations of a document. */
export function operationsOf(document: DocumentNode): OperationDefinitionNode[] {
  return document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
}
