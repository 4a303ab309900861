import {
  type DirectiveNode,
  type DocumentNode,
  type FragmentSpreadNode,
  type InlineFragmentNode,
  Kind,
  type OperationTypeNode,
  type SelectionSetNode,
  getOperationAST,
} from 'graphql';
import { inlineFragment } from '../../document/inline-fragment.js';

/** What an operation selects: that of a client, or of a fetch. */
export class OperationSelection {
  readonly kind: OperationTypeNode;
  /** Of the root type; of a fetch of entities, that of the entities. */
  readonly set: SelectionSetNode;

  constructor(
    private readonly document: DocumentNode,
    {
      operationName,
      ofEntities = false,
    }: { readonly operationName?: string | undefined; readonly ofEntities?: boolean },
  ) {
    const operation = getOperationAST(document, operationName);
    if (!operation) throw new Error('there is no such operation');
    const { operation: kind, selectionSet } = operation;
    const [entities] = selectionSet.selections;
    this.kind = kind;
    this.set = (ofEntities && entities?.kind === Kind.FIELD && entities.selectionSet) || selectionSet;
  }

  /** What a fragment selects, and of which type; without one, of the type around it. */
  fragment(selection: InlineFragmentNode | FragmentSpreadNode): {
    readonly condition: string | undefined;
    readonly set: SelectionSetNode;
  } {
    const { typeCondition, selectionSet } =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : inlineFragment(this.document, selection);
    return { condition: typeCondition?.name.value, set: selectionSet };
  }
}

/**
 * What `@skip` and `@include` ask of variables, as `+name` or `-name`; undefined when they never let anything through.
 */
export function conditionsOf(directives: readonly DirectiveNode[] = []): string[] | undefined {
  const conditions = directives
    .filter(({ name }) => name.value === 'skip' || name.value === 'include')
    .map(holds);
  return conditions.includes(false) ? undefined : conditions.filter((one) => typeof one === 'string');
}

/** Whether a condition holds, if no variable decides. */
function holds({ name, arguments: given = [] }: DirectiveNode): boolean | string {
  const value = given.find((one) => one.name.value === 'if')?.value;
  if (value?.kind === Kind.VARIABLE) return conditionText(value.name.value, name.value === 'include');
  return value?.kind !== Kind.BOOLEAN || value.value === (name.value === 'include');
}

/** A condition as a text: that the variable is true, or that it is not. */
export function conditionText(variable: string, value: boolean): string {
  return `${value ? '+' : '-'}${variable}`;
}
