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

/** Selections of a client operation or of a fetch. */
export class OperationSelection {
  readonly kind: OperationTypeNode;
  /** Selection set of the root type, or of the entities for an entity fetch. */
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

  /** Selections of a fragment and its type; without a type condition, the parent type. */
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
 * Conditions of `@skip` and `@include` on variables, as `+name` or `-name`; undefined when they always exclude.
 */
export function conditionsOf(directives: readonly DirectiveNode[] = []): string[] | undefined {
  const conditions = directives
    .filter(({ name }) => name.value === 'skip' || name.value === 'include')
    .map(holds);
  return conditions.includes(false)
    ? undefined
    : conditions.filter((condition) => typeof condition === 'string');
}

/** Whether a condition with a literal value holds. */
function holds({ name, arguments: args = [] }: DirectiveNode): boolean | string {
  const value = args.find((arg) => arg.name.value === 'if')?.value;
  if (value?.kind === Kind.VARIABLE) return conditionText(value.name.value, name.value === 'include');
  return value?.kind !== Kind.BOOLEAN || value.value === (name.value === 'include');
}

/** Formats a condition on a variable. */
export function conditionText(variable: string, value: boolean): string {
  return `${value ? '+' : '-'}${variable}`;
}
