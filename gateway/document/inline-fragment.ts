import { type DocumentNode, type FragmentSpreadNode, type InlineFragmentNode, Kind } from 'graphql';

/** Converts a named fragment to an inline fragment. Throws when the document does not define it. */
export function inlineFragment(
  { definitions }: DocumentNode,
  { name, directives = [] }: FragmentSpreadNode,
): InlineFragmentNode {
  const fragment = definitions.find(
    (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name.value,
  );
  if (fragment?.kind !== Kind.FRAGMENT_DEFINITION) throw new Error(`there is no fragment ${name.value}`);
  const { typeCondition, selectionSet } = fragment;
  return { kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet, directives };
}
