import { type ConstDirectiveNode, type ConstValueNode, type GraphQLSchema, Kind } from 'graphql';
import { directiveNames } from '../../supergraph/directive-names.js';

/** `@listSize` of a field; see the cost directives specification of IBM. */
export interface ListSizeDirective {
  readonly assumedSize?: number;
  readonly slicingArguments: readonly string[];
  readonly sizedFields: readonly string[];
  /** Whether exactly one slicing argument must be given. */
  readonly requireOne: boolean;
}

interface Annotated {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

/** Reads `@cost` and `@listSize` of a supergraph under their linked names. */
export class CostDirectives {
  private readonly costs: ReadonlySet<string>;
  private readonly sizes: ReadonlySet<string>;

  constructor(supergraph: GraphQLSchema) {
    this.costs = directiveNames(supergraph, 'cost');
    this.sizes = directiveNames(supergraph, 'cost', 'listSize');
  }

  /** The weight of `@cost`; undefined without it. */
  weight(node: Annotated | null | undefined): number | undefined {
    return numberOf(argument(find(node, this.costs), 'weight'));
  }

  /** `@listSize` of the field; undefined without it. */
  listSize(node: Annotated | null | undefined): ListSizeDirective | undefined {
    const found = find(node, this.sizes);
    if (!found) return undefined;
    const assumedSize = numberOf(argument(found, 'assumedSize'));
    return {
      ...(assumedSize === undefined ? {} : { assumedSize }),
      slicingArguments: strings(argument(found, 'slicingArguments')),
      sizedFields: strings(argument(found, 'sizedFields')),
      requireOne: !isFalse(argument(found, 'requireOneSlicingArgument')),
    };
  }
}

function find(
  node: Annotated | null | undefined,
  names: ReadonlySet<string>,
): ConstDirectiveNode | undefined {
  return node?.directives?.find(({ name }) => names.has(name.value));
}

function argument(node: ConstDirectiveNode | undefined, name: string): ConstValueNode | undefined {
  return node?.arguments?.find((argument) => argument.name.value === name)?.value;
}

function isFalse(value: ConstValueNode | undefined): boolean {
  return value?.kind === Kind.BOOLEAN && !value.value;
}

/** Weights are written as Int or, as in IBM's text, as String. */
function numberOf(value: ConstValueNode | undefined): number | undefined {
  if (value?.kind !== Kind.INT && value?.kind !== Kind.FLOAT && value?.kind !== Kind.STRING) return undefined;
  const number = Number(value.value);
  return Number.isFinite(number) ? number : undefined;
}

function strings(value: ConstValueNode | undefined): readonly string[] {
  if (value?.kind !== Kind.LIST) return [];
  return value.values.flatMap((value) => (value.kind === Kind.STRING ? [value.value] : []));
}
