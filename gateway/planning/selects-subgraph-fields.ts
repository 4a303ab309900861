import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';

/** Whether an operation selects fields of subgraphs, not only introspection. */
export function selectsSubgraphFields(operation: OperationDefinitionNode, document: DocumentNode): boolean {
  const fragments = new Map(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment] as const),
  );
  return operation.selectionSet.selections.some((selection) => selectsFields(selection, fragments));
}

function selectsFields(
  selection: SelectionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): boolean {
  if (isConditional(selection)) return false;
  if (selection.kind === Kind.FIELD) return !selection.name.value.startsWith('__');
  const set =
    selection.kind === Kind.INLINE_FRAGMENT
      ? selection.selectionSet
      : fragments.get(selection.name.value)?.selectionSet;
  return set?.selections.some((inner) => selectsFields(inner, fragments)) ?? false;
}

function isConditional({ directives = [] }: SelectionNode): boolean {
  return directives.some(({ name }) => name.value === 'skip' || name.value === 'include');
}
