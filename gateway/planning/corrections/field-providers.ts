import { type LocatedFetch, conditionsAround } from './located-fetch.js';

/** A place of the response without list indexes: its possible object types and their fields. */
export interface Place {
  readonly types: Set<string>;
  readonly fields: Map<string, FetchedField>;
}

export interface FetchedField {
  /** Fetches that provide it, by object type. */
  readonly providers: Map<string, Provider[]>;
  readonly place: Place;
}

/** A fetch that provides a field under conditions (see `conditionsOf`). */
export interface Provider {
  readonly fetch: LocatedFetch;
  readonly conditions: ReadonlySet<string>;
}

/** A need of a fetch: the fetches that each satisfy it. */
export type Need = ReadonlySet<LocatedFetch>;

/** A field needed under conditions, and the fetches that provide it. */
export interface NeededField {
  readonly providers: readonly Provider[];
  readonly conditions: ReadonlySet<string>;
}

export function newPlace(): Place {
  return { types: new Set(), fields: new Map() };
}

export function fieldOf({ fields }: Place, name: string): FetchedField {
  const existing = fields.get(name);
  if (existing) return existing;
  const field = { providers: new Map<string, Provider[]>(), place: newPlace() };
  fields.set(name, field);
  return field;
}

/** Conditions common to all fetches that provide it. */
export function common([first, ...others]: readonly Provider[]): ReadonlySet<string> {
  return others.reduce(
    (all, { conditions }) => all.intersection(conditions),
    first?.conditions ?? new Set<string>(),
  );
}

export function fetchesOf(providers: readonly Provider[]): Need {
  return new Set(providers.map(({ fetch }) => fetch));
}

/** Fetches that provide the field whenever it is needed. */
export function inTime({ providers: by, conditions }: NeededField): Provider[] {
  return by.filter((provider) => provider.conditions.isSubsetOf(conditions));
}

/** A fetch that would provide the field whenever needed without its outer conditions. */
export function unconditionalProvider(field: NeededField): [LocatedFetch, ReadonlySet<string>][] {
  const { providers: by, conditions } = field;
  if (inTime(field).length > 0 || isNever(conditions)) return [];
  const found = by.find((provider) =>
    provider.conditions.difference(conditionsAround(provider.fetch)).isSubsetOf(conditions),
  );
  return found ? [[found.fetch, conditions]] : [];
}

/** Whether the conditions contradict each other. */
function isNever(conditions: ReadonlySet<string>): boolean {
  return [...conditions].some(
    (condition) => condition.startsWith('+') && conditions.has(`-${condition.slice(1)}`),
  );
}
