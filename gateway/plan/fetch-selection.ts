import {
  type DirectiveNode,
  type DocumentNode,
  type InlineFragmentNode,
  type FragmentSpreadNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
  parse,
} from 'graphql';

/** What the operation of a fetch selects. */
export class FetchSelection {
  readonly kind: OperationTypeNode;
  /** Of the root type; of a fetch of entities, that of the entities. */
  readonly set: SelectionSetNode;
  private readonly document: DocumentNode;

  constructor(operation: string, ofEntities: boolean) {
    this.document = parse(operation, { noLocation: true });
    const { operation: kind, selectionSet } = this.operation();
    const [entities] = selectionSet.selections;
    this.kind = kind;
    this.set = (ofEntities && entities?.kind === Kind.FIELD && entities.selectionSet) || selectionSet;
  }

  /** What a fragment selects, and of which type; without one, of the type around it. */
  fragment(selection: InlineFragmentNode | FragmentSpreadNode): {
    readonly condition: string | undefined;
    readonly set: SelectionSetNode;
  } {
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection
        : this.document.definitions.find(
            (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === selection.name.value,
          );
    if (fragment?.kind !== Kind.INLINE_FRAGMENT && fragment?.kind !== Kind.FRAGMENT_DEFINITION)
      throw new Error('a fetch names a fragment that it does not have');
    return { condition: fragment.typeCondition?.name.value, set: fragment.selectionSet };
  }

  private operation(): OperationDefinitionNode {
    const found = this.document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
    if (!found) throw new Error('a fetch has no operation');
    return found;
  }
}

/** What `@skip` and `@include` ask of variables, as `+name` or `-name`; undefined when they never let anything through. */
export function conditionsOf(directives: readonly DirectiveNode[] = []): string[] | undefined {
  const conditions = directives
    .filter(({ name }) => name.value === 'skip' || name.value === 'include')
    .map(holds);
  return conditions.includes(false) ? undefined : conditions.filter((one) => typeof one === 'string');
}

/** Whether a condition holds, if no variable decides. */
function holds({ name, arguments: given = [] }: DirectiveNode): boolean | string {
  const value = given.find((one) => one.name.value === 'if')?.value;
  if (value?.kind === Kind.VARIABLE) return `${name.value === 'include' ? '+' : '-'}${value.name.value}`;
  return value?.kind !== Kind.BOOLEAN || value.value === (name.value === 'include');
}
