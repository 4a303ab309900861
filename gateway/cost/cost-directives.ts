import { type ConstValueNode, type ConstDirectiveNode, Kind } from 'graphql';

/** What `@listSize` says of a field; see the cost directives specification of IBM. */
export interface ListSize {
  readonly assumedSize?: number;
  readonly slicingArguments: readonly string[];
  readonly sizedFields: readonly string[];
}

interface Annotated {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

/** The weight that `@cost` gives, if any. */
export function costWeight(node: Annotated | null | undefined): number | undefined {
  return numberOf(argument(directive(node, ['cost']), 'weight'));
}

/** What `@listSize` says, if the field has it. Without an import the specification's prefix is part of the name. */
export function listSize(node: Annotated | null | undefined): ListSize | undefined {
  const found = directive(node, ['listSize', 'cost__listSize']);
  if (!found) return undefined;
  const assumedSize = numberOf(argument(found, 'assumedSize'));
  return {
    ...(assumedSize === undefined ? {} : { assumedSize }),
    slicingArguments: strings(argument(found, 'slicingArguments')),
    sizedFields: strings(argument(found, 'sizedFields')),
  };
}

function directive(
  node: Annotated | null | undefined,
  names: readonly string[],
): ConstDirectiveNode | undefined {
  return node?.directives?.find(({ name }) => names.includes(name.value));
}

function argument(node: ConstDirectiveNode | undefined, name: string): ConstValueNode | undefined {
  return node?.arguments?.find((given) => given.name.value === name)?.value;
}

/** Weights are written as Int or, as in IBM's text, as String. */
function numberOf(value: ConstValueNode | undefined): number | undefined {
  if (value?.kind !== Kind.INT && value?.kind !== Kind.FLOAT && value?.kind !== Kind.STRING) return undefined;
  const number = Number(value.value);
  return Number.isFinite(number) ? number : undefined;
}

function strings(value: ConstValueNode | undefined): readonly string[] {
  if (value?.kind !== Kind.LIST) return [];
  return value.values.flatMap((one) => (one.kind === Kind.STRING ? [one.value] : []));
}
