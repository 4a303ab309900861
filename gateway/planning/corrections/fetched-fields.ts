import type { QueryPlanFieldNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  type FieldNode,
  type GraphQLSchema,
  Kind,
  type SelectionSetNode,
  getNamedType,
  isAbstractType,
  isObjectType,
} from 'graphql';
import type { InterfaceObjects } from './interface-objects.js';
import { type LocatedFetch, conditionsAround } from './located-fetch.js';
import { step } from './planner-steps.js';
import { type OperationSelection, conditionsOf } from './operation-selection.js';

/** A place of the response without list indexes: its possible object types and their fields. */
interface Place {
  readonly types: Set<string>;
  readonly fields: Map<string, FetchedField>;
}

interface FetchedField {
  /** Fetches that provide it, by object type. */
  readonly by: Map<string, Bringing[]>;
  readonly place: Place;
}

/** A fetch that provides a field under conditions (see `conditionsOf`). */
interface Bringing {
  readonly fetch: LocatedFetch;
  readonly conditions: ReadonlySet<string>;
}

/** Object types of a place and the conditions of their selection. */
interface Within {
  readonly place: Place;
  readonly types: ReadonlySet<string>;
  readonly conditions: ReadonlySet<string>;
  /** The declared type. */
  readonly said?: string | undefined;
}

/** The target of a path. */
interface Reached extends Within {
  readonly by: readonly Bringing[];
}

/** A need of a fetch: the fetches that each satisfy it. */
export type Need = ReadonlySet<LocatedFetch>;

/** A field needed under conditions, and the fetches that provide it. */
interface Wanted {
  readonly by: readonly Bringing[];
  readonly conditions: ReadonlySet<string>;
}

/** An object type with selected fields, and their conditions. */
interface Asked {
  readonly type: string;
  readonly conditions: ReadonlySet<string>;
  /** The type or interface of its representation. */
  readonly said?: string | undefined;
}

const NONE: ReadonlySet<string> = new Set();

/**
 * Maps the fields of the response to the fetches that provide them, and derives the dependencies between
 * fetches.
 */
export class FetchedFields {
  private readonly root = newPlace();
  private readonly possible = new Map<string, ReadonlySet<string>>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly objects: InterfaceObjects,
    fetches: readonly LocatedFetch[],
  ) {
    for (const kind of new Set(fetches.map(({ selected }) => selected.kind))) {
      const root = schema.getRootType(kind);
      if (root) this.root.types.add(root.name);
    }
    // Fetches by length of path, so that parent places exist before their children.
    for (const fetch of fetches.toSorted((one, other) => one.steps.length - other.steps.length)) {
      const reached = this.reached(fetch);
      if (reached) this.add(fetch, fetch.selected.set, reached);
    }
  }

  /** Needs of a fetch: its place and the fields of its representations. */
  needs(fetch: LocatedFetch): Need[] {
    step();
    const by = this.reached(fetch)?.by ?? [];
    const there = by.length > 0 ? [fetchesOf(by)] : [];
    return [...there, ...this.represented(fetch).map((wanted) => fetchesOf(inTime(wanted)))];
  }

  /**
   * Fetches that are skipped although their fields are needed by the operation or other fetches, each with the
   * conditions it may keep.
   */
  tooSeldom(
    operation: OperationSelection,
    others: Iterable<LocatedFetch>,
  ): Map<LocatedFetch, ReadonlySet<string>> {
    const root = { place: this.root, types: this.root.types, conditions: NONE };
    const wanted = [
      ...this.wanted(operation, operation.set, root),
      ...[...others].flatMap((one) => this.represented(one)),
    ];
    return new Map(wanted.flatMap((one) => seldom(one)));
  }

  private represented(fetch: LocatedFetch): Wanted[] {
    const { requires } = fetch.node;
    const reached = requires && this.reached(fetch);
    if (!reached) return [];
    const asked = distinct(this.asked(fetch.selected, fetch.selected.set, reached));
    return asked.flatMap((one) => this.needed(reached.place, one, requires));
  }

  private wanted(operation: OperationSelection, set: SelectionSetNode, within: Within): Wanted[] {
    return set.selections.flatMap((one): Wanted[] => {
      const own = conditionsOf(one.directives);
      if (!own) return [];
      const conditions = within.conditions.union(new Set(own));
      if (one.kind !== Kind.FIELD) {
        const { condition, set: inner } = operation.fragment(one);
        const types = this.narrowed(within.types, condition);
        return this.wanted(operation, inner, { ...within, types, conditions });
      }
      const field = within.place.fields.get((one.alias ?? one.name).value);
      if (!field || one.name.value.startsWith('__')) return [];
      const types = [...within.types];
      const here = types.map((type) => ({ by: field.by.get(type) ?? [], conditions }));
      if (!one.selectionSet) return here;
      const below = new Set(types.flatMap((type) => [...this.typesOf(type, one.name.value)]));
      const inner = { place: field.place, types: below, conditions };
      return [...here, ...this.wanted(operation, one.selectionSet, inner)];
    });
  }

  private add(fetch: LocatedFetch, set: SelectionSetNode, within: Within): void {
    step();
    for (const one of set.selections) {
      const conditions = conditionsOf(one.directives);
      if (!conditions) continue;
      const inner = { ...within, conditions: within.conditions.union(new Set(conditions)) };
      if (one.kind === Kind.FIELD) {
        this.addField(fetch, one, inner);
        continue;
      }
      const { condition, set: below } = fetch.selected.fragment(one);
      const types = this.narrowed(inner.types, condition);
      this.add(fetch, below, { ...inner, types, said: condition ?? inner.said });
    }
  }

  private addField(fetch: LocatedFetch, node: FieldNode, { place, types, conditions, said }: Within): void {
    const { name, alias = name, selectionSet } = node;
    // A subgraph with an interface object does not know the concrete types.
    if (name.value === '__typename' && this.isObject(said, fetch.node.serviceName)) return;
    const field = fieldOf(place, alias.value);
    for (const type of types) {
      const by = field.by.get(type) ?? [];
      field.by.set(type, by);
      by.push({ fetch, conditions });
    }
    const below = new Set([...types].flatMap((type) => [...this.typesOf(type, name.value)]));
    for (const type of below) field.place.types.add(type);
    if (!selectionSet) return;
    const [parent] = types;
    const inner = { place: field.place, types: below, conditions, said: this.returned(parent, name.value) };
    this.add(fetch, selectionSet, inner);
  }

  private reached(fetch: LocatedFetch): Reached | undefined {
    const own = conditionsAround(fetch);
    let at: Reached = { place: this.root, types: this.root.types, conditions: own, by: [] };
    for (const { field, types } of fetch.steps) {
      if (field !== undefined) {
        const known = at.place.fields.get(field);
        if (!known) return undefined;
        const by = [...known.by.values()].flat();
        at = { place: known.place, types: known.place.types, conditions: own.union(common(by)), by };
      }
      if (types) at = { ...at, types: this.namedBy(types).intersection(at.types) };
    }
    return at;
  }

  private namedBy(names: ReadonlySet<string>): ReadonlySet<string> {
    return new Set([...names].flatMap((name) => [...this.objectTypes(name)]));
  }

  /** Entity types with selected fields besides `__typename`. */
  private asked(selected: OperationSelection, set: SelectionSetNode, within: Within): Asked[] {
    return set.selections.flatMap((one) => {
      const own = conditionsOf(one.directives);
      if (!own) return [];
      const conditions = within.conditions.union(new Set(own));
      if (one.kind === Kind.FIELD) {
        const types = one.name.value === '__typename' ? [] : [...within.types];
        return types.map((type) => ({ type, conditions }));
      }
      const { condition, set: inner } = selected.fragment(one);
      const types = this.narrowed(within.types, condition);
      return this.asked(selected, inner, { ...within, types, conditions });
    });
  }

  private needed(place: Place, asked: Asked, required: readonly QueryPlanSelectionNode[]): Wanted[] {
    return required.flatMap((one) => {
      if (one.kind === 'Field') return this.neededField(place, asked, one);
      const { typeCondition, selections } = one;
      const holds = typeCondition === undefined || this.objectTypes(typeCondition).has(asked.type);
      return holds ? this.needed(place, { ...asked, said: typeCondition ?? asked.said }, selections) : [];
    });
  }

  private neededField(place: Place, asked: Asked, field: QueryPlanFieldNode): Wanted[] {
    const { name, alias = name, selections = [] } = field;
    const { type, conditions, said = type } = asked;
    // The concrete type is not needed, only that it implements the interface.
    if (name === '__typename' && this.objects.has(said)) return [];
    const known = place.fields.get(alias);
    if (!known) return [];
    const below = [...known.place.types].flatMap((inner) =>
      this.needed(known.place, { type: inner, conditions }, selections),
    );
    return [{ by: known.by.get(type) ?? [], conditions }, ...below];
  }

  private narrowed(types: ReadonlySet<string>, condition: string | undefined): ReadonlySet<string> {
    return condition === undefined ? types : this.objectTypes(condition).intersection(types);
  }

  /** The object types of what a field returns. */
  private typesOf(type: string, field: string): ReadonlySet<string> {
    const returned = this.returned(type, field);
    return returned === undefined ? NONE : this.objectTypes(returned);
  }

  private returned(type: string | undefined, field: string): string | undefined {
    const parent = this.schema.getType(type ?? '');
    const returned = isObjectType(parent) ? parent.getFields()[field]?.type : undefined;
    return returned && getNamedType(returned).name;
  }

  private isObject(type: string | undefined, service: string): boolean {
    return this.objects.get(type ?? '')?.has(service) ?? false;
  }

  private objectTypes(name: string): ReadonlySet<string> {
    const known = this.possible.get(name);
    if (known) return known;
    const type = this.schema.getType(name);
    const types = isAbstractType(type) ? this.schema.getPossibleTypes(type).map((one) => one.name) : [];
    const found = new Set(isObjectType(type) ? [name] : types);
    this.possible.set(name, found);
    return found;
  }
}

function newPlace(): Place {
  return { types: new Set(), fields: new Map() };
}

function fieldOf({ fields }: Place, name: string): FetchedField {
  const known = fields.get(name);
  if (known) return known;
  const field = { by: new Map<string, Bringing[]>(), place: newPlace() };
  fields.set(name, field);
  return field;
}

/** Conditions common to all fetches that provide it. */
function common([first, ...others]: readonly Bringing[]): ReadonlySet<string> {
  return others.reduce((all, { conditions }) => all.intersection(conditions), first?.conditions ?? NONE);
}

function distinct(asked: readonly Asked[]): Asked[] {
  return [...new Map(asked.map((one) => [`${one.type} ${[...one.conditions].sort().join()}`, one])).values()];
}

function fetchesOf(by: readonly Bringing[]): Need {
  return new Set(by.map(({ fetch }) => fetch));
}

/** Fetches that provide the field whenever it is needed. */
function inTime({ by, conditions }: Wanted): Bringing[] {
  return by.filter((one) => one.conditions.isSubsetOf(conditions));
}

/** A fetch that would provide the field whenever needed without its outer conditions. */
function seldom(wanted: Wanted): [LocatedFetch, ReadonlySet<string>][] {
  const { by, conditions } = wanted;
  if (inTime(wanted).length > 0 || isNever(conditions)) return [];
  const found = by.find((one) =>
    one.conditions.difference(conditionsAround(one.fetch)).isSubsetOf(conditions),
  );
  return found ? [[found.fetch, conditions]] : [];
}

/** Whether the conditions contradict each other. */
function isNever(conditions: ReadonlySet<string>): boolean {
  return [...conditions].some((one) => one.startsWith('+') && conditions.has(`-${one.slice(1)}`));
}
