import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  type FieldNode,
  type GraphQLSchema,
  Kind,
  type SelectionSetNode,
  getNamedType,
  isAbstractType,
  isObjectType,
} from 'graphql';
import { type FetchSelection, conditionsOf } from './fetch-selection.js';
import type { PlacedFetch } from './placed-fetch.js';

/** A place of the response, whatever the indexes in lists: the object types that can be there, and their fields. */
interface Place {
  readonly types: Set<string>;
  readonly fields: Map<string, FetchedField>;
}

interface FetchedField {
  /** Who brings it, by object type. */
  readonly by: Map<string, Bringing[]>;
  readonly place: Place;
}

/** A fetch that brings a field under conditions (see `conditionsOf`). */
interface Bringing {
  readonly fetch: PlacedFetch;
  readonly conditions: ReadonlySet<string>;
}

/** Object types of a place, and conditions under which they are looked at. */
interface Within {
  readonly place: Place;
  readonly types: ReadonlySet<string>;
  readonly conditions: ReadonlySet<string>;
}

/** Where a path leads. */
interface Reached extends Within {
  readonly by: readonly Bringing[];
}

/** Something that a fetch needs: the fetches of which any one brings it. */
export type Need = ReadonlySet<PlacedFetch>;

/** An object type of which something is asked for, and when. */
interface Asked {
  readonly type: string;
  readonly conditions: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

/** Which of a plan's fetches bring which fields of the response, and so what each of them needs of the others. */
export class FetchedFields {
  private readonly root = newPlace();
  private readonly possible = new Map<string, ReadonlySet<string>>();

  constructor(
    private readonly schema: GraphQLSchema,
    fetches: readonly PlacedFetch[],
  ) {
    for (const kind of new Set(fetches.map(({ selection }) => selection.kind))) {
      const root = schema.getRootType(kind);
      if (root) this.root.types.add(root.name);
    }
    // A fetch brings what is below its path, so the places of the others are there when they come.
    for (const fetch of fetches.toSorted((one, other) => one.steps.length - other.steps.length)) {
      const reached = this.reached(fetch);
      if (reached) this.add(fetch, fetch.selection.set, reached);
    }
  }

  /** What a fetch needs: its place, and what represents the objects of which it asks for something. */
  needs(fetch: PlacedFetch): Need[] {
    const reached = this.reached(fetch);
    if (!reached) return [];
    const { place, by } = reached;
    const there = by.length > 0 ? [fetchesOf(by)] : [];
    const { requires } = fetch.node;
    if (!requires) return there;
    const asked = distinct(this.asked(fetch.selection, fetch.selection.set, reached));
    return [...there, ...asked.flatMap((one) => this.needed(place, one, requires))];
  }

  private add(fetch: PlacedFetch, set: SelectionSetNode, within: Within): void {
    for (const one of set.selections) {
      const conditions = conditionsOf(one.directives);
      if (!conditions) continue;
      const inner = { ...within, conditions: within.conditions.union(new Set(conditions)) };
      if (one.kind === Kind.FIELD) {
        this.addField(fetch, one, inner);
        continue;
      }
      const { condition, set: below } = fetch.selection.fragment(one);
      this.add(fetch, below, { ...inner, types: this.narrowed(inner.types, condition) });
    }
  }

  private addField(fetch: PlacedFetch, node: FieldNode, { place, types, conditions }: Within): void {
    const { name, alias = name, selectionSet } = node;
    const field = fieldOf(place, alias.value);
    for (const type of types) {
      const by = field.by.get(type) ?? [];
      field.by.set(type, by);
      by.push({ fetch, conditions });
    }
    const below = new Set([...types].flatMap((type) => [...this.typesOf(type, name.value)]));
    for (const type of below) field.place.types.add(type);
    if (selectionSet) this.add(fetch, selectionSet, { place: field.place, types: below, conditions });
  }

  private reached({ steps, conditions }: PlacedFetch): Reached | undefined {
    const own = new Set(conditions.map(({ variable, value }) => `${value ? '+' : '-'}${variable}`));
    let at: Reached = { place: this.root, types: this.root.types, conditions: own, by: [] };
    for (const { field, types } of steps) {
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

  /** The types of which entities are asked for more than their name. */
  private asked(selection: FetchSelection, set: SelectionSetNode, within: Within): Asked[] {
    return set.selections.flatMap((one) => {
      const own = conditionsOf(one.directives);
      if (!own) return [];
      const conditions = within.conditions.union(new Set(own));
      if (one.kind === Kind.FIELD) {
        const types = one.name.value === '__typename' ? [] : [...within.types];
        return types.map((type) => ({ type, conditions }));
      }
      const { condition, set: inner } = selection.fragment(one);
      const types = this.narrowed(within.types, condition);
      return this.asked(selection, inner, { ...within, types, conditions });
    });
  }

  private needed(place: Place, asked: Asked, required: readonly QueryPlanSelectionNode[]): Need[] {
    const { type, conditions } = asked;
    return required.flatMap((one): Need[] => {
      if (one.kind === 'InlineFragment') {
        const { typeCondition, selections } = one;
        const holds = typeCondition === undefined || this.objectTypes(typeCondition).has(type);
        return holds ? this.needed(place, asked, selections) : [];
      }
      const { name, alias = name, selections = [] } = one;
      const field = place.fields.get(alias);
      if (!field) return [];
      const by = field.by.get(type)?.filter((bringing) => bringing.conditions.isSubsetOf(conditions));
      const below = [...field.place.types].flatMap((inner) =>
        this.needed(field.place, { type: inner, conditions }, selections),
      );
      return [fetchesOf(by), ...below];
    });
  }

  private narrowed(types: ReadonlySet<string>, condition: string | undefined): ReadonlySet<string> {
    return condition === undefined ? types : this.objectTypes(condition).intersection(types);
  }

  /** The object types of what a field returns. */
  private typesOf(type: string, field: string): ReadonlySet<string> {
    const parent = this.schema.getType(type);
    const returned = isObjectType(parent) ? parent.getFields()[field]?.type : undefined;
    return returned ? this.objectTypes(getNamedType(returned).name) : NONE;
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

/** The conditions without which nobody brings it. */
function common([first, ...others]: readonly Bringing[]): ReadonlySet<string> {
  return others.reduce((all, { conditions }) => all.intersection(conditions), first?.conditions ?? NONE);
}

function distinct(asked: readonly Asked[]): Asked[] {
  return [...new Map(asked.map((one) => [`${one.type} ${[...one.conditions].sort().join()}`, one])).values()];
}

function fetchesOf(by: readonly Bringing[] = []): Need {
  return new Set(by.map(({ fetch }) => fetch));
}
