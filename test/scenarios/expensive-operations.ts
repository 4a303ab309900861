import {
  type GraphQLField,
  type GraphQLNamedType,
  getIntrospectionQuery,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  parse,
  validate,
} from 'graphql';
import { estimatedCost } from '../../gateway/request/cost/cost.js';
import { OperationCosts } from '../../gateway/request/cost/operation-costs.js';
import { checkDocument } from '../../gateway/request/limits/check.js';
import { defaultLimits } from '../../gateway/request/limits/limits.js';
import type { PlannableSupergraph } from '../../gateway/planning/plannable-supergraph.js';
import { type FieldArguments, everyFieldOf, queriesOfEachField, waysToTypes } from './field-walk.js';

/** Page sizes. */
const PAGES = [500, 100, 36, 10, 4];
/** Maximum fields of a path from a type back to itself, and the number of such paths, the shortest first. */
const CYCLE = 4;
const CYCLES = 80;

/** Wraps a selection in a field with its arguments. */
type Open = (inner: string) => string;

/** A path of fields from a type back to itself. */
interface Cycle {
  readonly type: GraphQLNamedType;
  readonly open: (page: number) => Open;
}

/** The most expensive operations that a gateway with default limits accepts, by name, generated from the schema. */
export class ExpensiveOperations {
  private readonly costs: OperationCosts;

  private readonly ways: ReadonlyMap<GraphQLNamedType, Open>;

  constructor(
    private readonly supergraph: PlannableSupergraph,
    private readonly fieldArguments: FieldArguments,
  ) {
    this.costs = new OperationCosts(supergraph.api, supergraph.full);
    this.ways = waysToTypes(supergraph.api, fieldArguments);
  }

  /** All operations; of a kind with very many, those with the highest estimated cost. */
  all(): Map<string, string> {
    const generated = new Map([
      ...this.deepest(40),
      ...this.widest(),
      ...this.aliased(),
      ...this.introspecting(),
      ...queriesOfEachField(this.supergraph.api, this.fieldArguments),
    ]);
    for (const [name, query] of generated) if (!this.admits(query)) generated.delete(name);
    return generated;
  }

  /** Estimated cost of an operation. */
  estimate(query: string): number {
    const { tree } = this.costs.tree(parse(query), null);
    return defaultLimits.operationPoints + estimatedCost(tree.root, {});
  }

  private admits(query: string): boolean {
    const document = parse(query);
    if (checkDocument(document, defaultLimits).length > 0) return false;
    if (validate(this.supergraph.api, document).length > 0) return false;
    return this.estimate(query) <= defaultLimits.cost;
  }

  /** Nested lists, as deep as the limits allow, for each page size. */
  private deepest(most: number): [string, string][] {
    const nested = this.cycles().flatMap(({ type, open }) =>
      PAGES.flatMap((page): [string, string][] => {
        const query = this.nest(type, open(page));
        return query ? [[`${type.name} in itself by ${page}: ${open(page)('')}`, query]] : [];
      }),
    );
    const costs = new Map(nested.map(([, query]) => [query, this.estimate(query)]));
    const costOf = (query: string) => costs.get(query) ?? 0;
    return nested.sort(([, first], [, other]) => costOf(other) - costOf(first)).slice(0, most);
  }

  private nest(type: GraphQLNamedType, open: Open): string | undefined {
    const around = this.ways.get(type);
    if (!around) return undefined;
    let deepest: string | undefined;
    for (let inner = '__typename', depth = 1; depth <= 10; depth += 1) {
      inner = open(inner);
      const query = around(inner);
      if (!this.admits(query)) return deepest;
      deepest = query;
    }
    return deepest;
  }

  /** Every field of each type, and one of its fields thirty times by aliases. */
  private widest(): [string, string][] {
    return [...this.ways].flatMap(([type, around]): [string, string][] => {
      const every = around(everyFieldOf(this.supergraph.api, type, this.fieldArguments));
      const [leaf] = fieldsOf(type).filter((field) => isLeafType(getNamedType(field.type)) && isOpen(field));
      const repeated =
        leaf && around(Array.from({ length: 30 }, (_, index) => `a${index}: ${leaf.name}`).join(' '));
      return [
        [`every field of ${type.name}`, every.replaceAll(/\w+_(\w+): \1\b/g, '$1')],
        ...(repeated ? [[`a field of ${type.name}, thirty times`, repeated] as [string, string]] : []),
      ];
    });
  }

  /** Each field of Query twenty times. */
  private aliased(): [string, string][] {
    const query = this.supergraph.api.getQueryType();
    return (query ? fieldsOf(query) : []).map((field) => {
      const args = this.fieldArguments[`Query.${field.name}`];
      const named = getNamedType(field.type);
      const inner = isLeafType(named) ? '' : ` { ${this.leaves(named)} }`;
      const selection = `${field.name}${args ? `(${args})` : ''}${inner}`;
      return [
        `${field.name} twenty times`,
        `{ ${Array.from({ length: 20 }, (_, index) => `a${index}: ${selection}`).join(' ')} }`,
      ];
    });
  }

  private introspecting(): [string, string][] {
    const inner = (depth: number): string =>
      depth === 0 ? 'name' : `name fields { type { ofType { ${inner(depth - 1)} } } }`;
    return [
      ['the whole schema', getIntrospectionQuery()],
      ...[1, 2, 3].map((depth): [string, string] => [
        `types of types, ${depth} deep`,
        `{ __schema { types { ${inner(depth)} } } }`,
      ]),
    ];
  }

  /** Paths from each type back to itself that contain a page. */
  private cycles(): Cycle[] {
    const all = [...this.ways.keys()].flatMap((type) => this.cyclesFrom(type, type, [], CYCLE));
    return all.sort((cycle, other) => cycle.open(1)('').length - other.open(1)('').length).slice(0, CYCLES);
  }

  private cyclesFrom(
    start: GraphQLNamedType,
    at: GraphQLNamedType,
    path: readonly GraphQLField<unknown, unknown>[],
    remaining: number,
  ): Cycle[] {
    if (path.length > 0 && at === start)
      return path.some(isPage) ? [{ type: start, open: openOf(path) }] : [];
    if (remaining === 0) return [];
    return fieldsOf(at)
      .filter((field) => !isLeafType(getNamedType(field.type)) && isOpen(field) && !path.includes(field))
      .flatMap((field) => this.cyclesFrom(start, getNamedType(field.type), [...path, field], remaining - 1));
  }

  private leaves(type: GraphQLNamedType): string {
    const leaves = fieldsOf(type).filter((field) => isLeafType(getNamedType(field.type)) && isOpen(field));
    return ['__typename', ...leaves.map(({ name }) => name)].join(' ');
  }
}

function fieldsOf(type: GraphQLNamedType): GraphQLField<unknown, unknown>[] {
  return isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
}

/** Whether a field requires no arguments. */
function isOpen({ args }: GraphQLField<unknown, unknown>): boolean {
  return !args.some(isRequiredArgument);
}

function isPage({ args }: GraphQLField<unknown, unknown>): boolean {
  return args.some(({ name }) => name === 'first');
}

function openOf(path: readonly GraphQLField<unknown, unknown>[]): (page: number) => Open {
  return (page) => (inner) =>
    path.reduceRight(
      (inside, field) => `${field.name}${isPage(field) ? `(first: ${page})` : ''} { ${inside} }`,
      inner,
    );
}
