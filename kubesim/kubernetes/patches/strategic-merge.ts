import { isJson, type Json } from '../kinds/object.js';
import { ApiError, badRequest } from '../kinds/status.js';
import { goText } from '../managed-fields/validate-configuration.js';
import type { MergeKeys } from '../schema/merge-keys.js';

const DIRECTIVE = '$patch';
const RETAIN = '$retainKeys';
const DELETE_FROM = '$deleteFromPrimitiveList/';
const ORDER = '$setElementOrder/';

/** Applies a strategic merge patch. Lists merge by `merging`. Throws ApiError if a directive is malformed. */
export function strategicMerge(target: unknown, patch: unknown, merging: MergeKeys | undefined): unknown {
  if (!isJson(patch)) return patch;
  const directive = patch[DIRECTIVE];
  if (directive === 'replace') return without(patch, DIRECTIVE);
  if (directive === 'delete') return undefined;
  if (directive !== undefined && directive !== 'merge')
    throw new ApiError(500, '', `unknown patch type: ${String(directive)} in map: ${goText(patch)}`);
  const merged: Json = isJson(target) ? { ...target } : {};
  retain(merged, patch[RETAIN]);
  for (const [key, value] of Object.entries(patch)) {
    if (isDirective(key)) continue;
    if (key.startsWith(DELETE_FROM)) removeFrom(merged, key.slice(DELETE_FROM.length), value);
    else mergeField(merged, { key, value, merging });
  }
  reorder(merged, { target, patch, merging });
  return merged;
}

function isDirective(key: string): boolean {
  return key === DIRECTIVE || key === RETAIN || key.startsWith(ORDER);
}

interface FieldPatch {
  readonly key: string;
  readonly value: unknown;
  /** Merge keys of the object that contains the field. */
  readonly merging: MergeKeys | undefined;
}

function mergeField(merged: Json, { key, value, merging }: FieldPatch): void {
  if (value === null) Reflect.deleteProperty(merged, key);
  else if (Array.isArray(value)) merged[key] = mergeList(merged[key], value, { key, merging });
  else {
    const next = strategicMerge(merged[key], value, merging?.of(key));
    if (next === undefined) Reflect.deleteProperty(merged, key);
    else merged[key] = next;
  }
}

function mergeList(
  target: unknown,
  patch: readonly unknown[],
  { key, merging }: Omit<FieldPatch, 'value'>,
): unknown[] {
  const keys = merging?.keys(key);
  if (!keys) return [...patch];
  const list = Array.isArray(target) ? (target as unknown[]) : [];
  if (keys.length === 0) return [...new Set([...list, ...patch])];
  const replaced = patch.some((entry) => isJson(entry) && entry[DIRECTIVE] === 'replace');
  const merged = new KeyedList(replaced ? [] : list, keys);
  for (const entry of patch) mergeEntry(merged, entry, { key, merging: merging?.of(key) });
  return merged.entries();
}

function mergeEntry(list: KeyedList, entry: unknown, { key, merging }: Omit<FieldPatch, 'value'>): void {
  if (!isJson(entry)) throw badRequest(`an entry of ${key} is no object`);
  if (entry[DIRECTIVE] === 'replace') {
    if (Object.keys(entry).length > 1) list.add(without(entry, DIRECTIVE));
    return;
  }
  const [mergeKey = ''] = list.keys;
  if (entry[mergeKey] === undefined)
    throw new ApiError(500, '', `map: ${goText(entry)} does not contain declared merge key: ${mergeKey}`);
  if (entry[DIRECTIVE] === 'delete') list.remove(entry);
  else list.merge(entry, (current) => strategicMerge(current, entry, merging));
}

/** A list with constant-time lookup of entries by merge keys: a patch may name 200,000 of them. */
class KeyedList {
  private readonly list: unknown[] = [];
  private readonly removed = new Set<number>();
  /** Indexes of the entries by key; a key may occur several times. */
  private readonly places = new Map<string, number[]>();

  constructor(
    list: readonly unknown[],
    readonly keys: readonly string[],
  ) {
    for (const entry of list) this.add(entry);
  }

  add(entry: unknown): void {
    if (isJson(entry)) {
      const places = this.places.get(this.keyOf(entry));
      if (places) places.push(this.list.length);
      else this.places.set(this.keyOf(entry), [this.list.length]);
    }
    this.list.push(entry);
  }

  /** Merges into the first entry with the same key, or adds an entry. */
  merge(entry: Json, into: (current: unknown) => unknown): void {
    const [place] = this.places.get(this.keyOf(entry)) ?? [];
    if (place === undefined) this.add(into({}));
    else this.list[place] = into(this.list[place]);
  }

  /** Removes every entry with the same key. */
  remove(entry: Json): void {
    for (const place of this.places.get(this.keyOf(entry)) ?? []) this.removed.add(place);
    this.places.delete(this.keyOf(entry));
  }

  entries(): unknown[] {
    return this.list.filter((_, place) => !this.removed.has(place));
  }

  /** The API's default protocol of a port is TCP. */
  private keyOf(entry: Json): string {
    return JSON.stringify(this.keys.map((key) => entry[key] ?? (key === 'protocol' ? 'TCP' : null)));
  }
}

function retain(merged: Json, keys: unknown): void {
  if (!Array.isArray(keys)) return;
  const kept = new Set<unknown>(keys);
  for (const key of Object.keys(merged)) if (!kept.has(key)) Reflect.deleteProperty(merged, key);
}

function removeFrom(merged: Json, key: string, values: unknown): void {
  const list = merged[key];
  if (!Array.isArray(list) || !Array.isArray(values)) return;
  const removed = new Set<unknown>(values);
  merged[key] = list.filter((value) => !removed.has(value));
}

interface ListOrders {
  readonly target: unknown;
  readonly patch: Json;
  readonly merging: MergeKeys | undefined;
}

/** Puts merged lists into the order of API servers. */
function reorder(merged: Json, { target, patch, merging }: ListOrders): void {
  const before = isJson(target) ? target : {};
  for (const [key, list] of Object.entries(merged)) {
    const order = orderIn(patch, key, merging);
    if (!order || !Array.isArray(list)) continue;
    merged[key] = reordered(list, { order, target: before[key], idOf: idsOf(merging?.keys(key)) });
  }
}

/** The order of the entries that a patch names: that of its directive, or of its list. undefined for other lists. */
function orderIn(patch: Json, key: string, merging: MergeKeys | undefined): readonly unknown[] | undefined {
  const directive = patch[`${ORDER}${key}`];
  const list = patch[key];
  if (Array.isArray(directive)) {
    if (Array.isArray(list)) checkOrder(list, directive, idsOf(merging?.keys(key)));
    return directive as readonly unknown[];
  }
  return merging?.keys(key) && Array.isArray(list) ? (list as readonly unknown[]) : undefined;
}

/** Throws ApiError 500, as API servers do, if a list is not in the order of its directive. */
function checkOrder(list: readonly unknown[], order: readonly unknown[], idOf: IdOf): void {
  const named = list.filter((entry) => !isJson(entry) || entry[DIRECTIVE] === undefined);
  if (order.length === 0 || named.length === 0) return;
  let at = 0;
  for (const entry of order) if (at < named.length && idOf(entry) === idOf(named[at])) at += 1;
  if (at === named.length) return;
  const texts = [list, order].map((each) => goText(each));
  throw new ApiError(
    500,
    '',
    `The order in patch list:\n${texts[0]}\n doesn't match $setElementOrder list:\n${texts[1]}\n`,
  );
}

type IdOf = (entry: unknown) => unknown;

/** What identifies an entry: the value of its first key, or a plain value itself. */
function idsOf(keys: readonly string[] | undefined): IdOf {
  const [mergeKey] = keys ?? [];
  return (entry) => (mergeKey !== undefined && isJson(entry) ? entry[mergeKey] : entry);
}

interface MergedOrder {
  readonly order: readonly unknown[];
  /** The list before the patch. */
  readonly target: unknown;
  readonly idOf: IdOf;
}

/**
 * Puts the entries that the patch names into its order, and the others between them: an entry comes before a named one
 * only if it was before it in the list.
 */
function reordered(list: readonly unknown[], { order, target, idOf }: MergedOrder): unknown[] {
  const ranks = placesOf(order, idOf);
  const before = placesOf(Array.isArray(target) ? (target as unknown[]) : [], idOf);
  const named = list.filter((entry) => ranks.has(idOf(entry)));
  named.sort((a, b) => (ranks.get(idOf(a)) ?? 0) - (ranks.get(idOf(b)) ?? 0));
  const others = list.filter((entry) => !ranks.has(idOf(entry)));
  const result: unknown[] = [];
  let next = 0;
  for (const entry of named) {
    const place = before.get(idOf(entry)) ?? -1;
    while (next < others.length && (before.get(idOf(others[next])) ?? Infinity) < place)
      result.push(others[next++]);
    result.push(entry);
  }
  return [...result, ...others.slice(next)];
}

/** The first place of each id. */
function placesOf(list: readonly unknown[], idOf: IdOf): ReadonlyMap<unknown, number> {
  return new Map(list.map((entry, place) => [idOf(entry), place] as const).reverse());
}

function without(object: Json, key: string): Json {
  const { [key]: _removed, ...rest } = object;
  return rest;
}
