import {
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  type ValueNode,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
} from 'graphql';
import { DEFAULT_PAGE } from '../../../kernel/page-size.js';
import { CostDirectives } from './cost-directives.js';
import { type InputObjectCost, InputCosts } from './input-costs.js';
import type { Slicing } from './list-length.js';

/** Cost of one field of the schema. */
export interface FieldCost {
  /** Cost of each returned value. */
  readonly weight: number;
  /** Costs of arguments with `@cost`, paid once when the argument is given. */
  readonly arguments: ReadonlyMap<string, number>;
  /** Cost of input objects in an argument; undefined when their types have no weights. */
  readonly inputCost: (argument: string, value: ValueNode) => InputObjectCost | undefined;
  /** Number of values that the field or its sized fields return; undefined when neither is a list. */
  readonly slicing?: Slicing;
}

/** Assumed length of a list without any bound. */
const UNBOUNDED_LIST = 10;
/** Weight of a mutation field. */
const MUTATION = 300;
const RELAY_SLICES = ['first', 'last'];
const RELAY_LISTS = ['edges', 'nodes'];

/**
 * Reads the costs of fields from `@cost` and `@listSize`. Without them an object costs 1, a scalar 0, a
 * mutation 300, and the length of a list is Relay's `first` or `last`.
 */
export class FieldCosts {
  private readonly cache = new WeakMap<GraphQLField<unknown, unknown>, FieldCost>();
  private readonly directives: CostDirectives;
  private readonly inputs: InputCosts;

  /** `annotated` is the schema with the directives: of a supergraph the full schema, not the API schema. */
  constructor(private readonly annotated: GraphQLSchema) {
    this.directives = new CostDirectives(annotated);
    this.inputs = new InputCosts(annotated, this.directives);
  }

  of(parent: string, field: GraphQLField<unknown, unknown>): FieldCost {
    const cached = this.cache.get(field);
    if (cached) return cached;
    const full = this.fullField(parent, field);
    const slicing = slicingOf(full, this.directives);
    const cost = {
      weight: this.weight(parent, full),
      arguments: argumentWeights(full, this.directives),
      inputCost: (name: string, value: ValueNode) => {
        const argument = full.args.find((arg) => arg.name === name);
        return argument && this.inputs.of(argument.type, value);
      },
      ...(slicing ? { slicing } : {}),
    };
    this.cache.set(field, cost);
    return cost;
  }

  private fullField(parent: string, field: GraphQLField<unknown, unknown>): GraphQLField<unknown, unknown> {
    const type = this.annotated.getType(parent);
    const fields = isObjectType(type) || isInterfaceType(type) ? type.getFields() : {};
    return fields[field.name] ?? field;
  }

  private weight(parent: string, field: GraphQLField<unknown, unknown>): number {
    const named = getNamedType(field.type);
    const written = this.directives.weight(field.astNode) ?? this.directives.weight(named.astNode);
    if (written !== undefined) return written;
    if (parent === this.annotated.getMutationType()?.name) return MUTATION;
    return isCompositeType(named) ? 1 : 0;
  }
}

function argumentWeights(
  field: GraphQLField<unknown, unknown>,
  directives: CostDirectives,
): ReadonlyMap<string, number> {
  const written = field.args.flatMap(({ name, astNode }) => {
    const weight = directives.weight(astNode);
    return weight === undefined ? [] : [[name, weight] as const];
  });
  return new Map(written);
}

function slicingOf(field: GraphQLField<unknown, unknown>, directives: CostDirectives): Slicing | undefined {
  const written = directives.listSize(field.astNode);
  const relay = field.args.map(({ name }) => name).filter((name) => RELAY_SLICES.includes(name));
  const inner = innerItems(field.type);
  if (written) {
    const { assumedSize, slicingArguments, sizedFields } = written;
    return {
      arguments: slicingArguments,
      assumed: assumedSize ?? DEFAULT_PAGE,
      sizedFields,
      requireOne: written.requireOne && slicingArguments.length > 0,
      inner,
    };
  }
  const unwritten = { arguments: relay, requireOne: false, inner };
  if (isListType(getNullableType(field.type))) {
    return { ...unwritten, assumed: relay.length > 0 ? DEFAULT_PAGE : UNBOUNDED_LIST, sizedFields: [] };
  }
  const lists = relay.length > 0 ? listFields(field.type) : [];
  return lists.length > 0 ? { ...unwritten, assumed: DEFAULT_PAGE, sizedFields: lists } : undefined;
}

/** Assumed number of items in nested lists without any bound. */
function innerItems(type: GraphQLOutputType): number {
  const list = getNullableType(type);
  if (!isListType(list)) return 1;
  const item = getNullableType(list.ofType as GraphQLOutputType);
  return isListType(item) ? UNBOUNDED_LIST * innerItems(item) : 1;
}

/** The lists of a Relay connection. */
function listFields(type: GraphQLOutputType): string[] {
  const named = getNamedType(type);
  if (!isObjectType(named) && !isInterfaceType(named)) return [];
  return Object.keys(named.getFields()).filter((name) => RELAY_LISTS.includes(name));
}
