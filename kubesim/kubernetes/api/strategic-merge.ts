import { isJson, type Json } from '../kinds/object.js';
import { badRequest } from '../kinds/status.js';

/**
 * The lists that merge by a key of their entries, by the field they stand in (and, where the same name means
 * different lists, by the field around it). Lists that are not named here are replaced as a whole.
 */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  ephemeralContainers: 'name',
  volumes: 'name',
  env: 'name',
  imagePullSecrets: 'name',
  secrets: 'name',
  volumeMounts: 'mountPath',
  volumeDevices: 'devicePath',
  hostAliases: 'ip',
  podIPs: 'ip',
  hostIPs: 'ip',
  resourceClaims: 'name',
  topologySpreadConstraints: 'topologyKey',
  conditions: 'type',
  addresses: 'type',
  ownerReferences: 'uid',
  taints: 'key',
  'containers.ports': 'containerPort',
  'initContainers.ports': 'containerPort',
  'spec.ports': 'port',
};

/** Lists of plain values that merge as sets. */
const SETS = new Set(['finalizers', 'podCIDRs']);

const DIRECTIVE = '$patch';
const RETAIN = '$retainKeys';
const DELETE_FROM = '$deleteFromPrimitiveList/';
const ORDER = '$setElementOrder/';

/** Applies a strategic merge patch. Throws ApiError when a directive is malformed. */
export function strategicMerge(target: unknown, patch: unknown, field = ''): unknown {
  if (!isJson(patch)) return patch;
  if (patch[DIRECTIVE] === 'replace') return without(patch, DIRECTIVE);
  if (patch[DIRECTIVE] === 'delete') return undefined;
  const merged: Json = isJson(target) ? { ...target } : {};
  retain(merged, patch[RETAIN]);
  for (const [key, value] of Object.entries(patch)) {
    if (isDirective(key)) continue;
    if (key.startsWith(DELETE_FROM)) removeFrom(merged, key.slice(DELETE_FROM.length), value);
    else mergeField(merged, { key, value, field });
  }
  reorder(merged, patch, field);
  return merged;
}

function isDirective(key: string): boolean {
  return key === DIRECTIVE || key === RETAIN || key.startsWith(ORDER);
}

function mergeField(
  merged: Json,
  { key, value, field }: { readonly key: string; readonly value: unknown; readonly field: string },
): void {
  if (value === null) Reflect.deleteProperty(merged, key);
  else if (Array.isArray(value)) merged[key] = mergeList(merged[key], value, { key, field });
  else {
    const next = strategicMerge(merged[key], value, key);
    if (next === undefined) Reflect.deleteProperty(merged, key);
    else merged[key] = next;
  }
}

interface ListPlace {
  readonly key: string;
  readonly field: string;
}

function mergeKeyOf({ key, field }: ListPlace): string | undefined {
  return MERGE_KEYS[`${field}.${key}`] ?? MERGE_KEYS[key];
}

function mergeList(target: unknown, patch: readonly unknown[], place: ListPlace): unknown[] {
  const list = Array.isArray(target) ? (target as unknown[]) : [];
  const mergeKey = mergeKeyOf(place);
  if (SETS.has(place.key)) return [...new Set([...list, ...patch])];
  if (!mergeKey) return [...patch];
  const replaced = patch.some((entry) => isJson(entry) && entry[DIRECTIVE] === 'replace');
  const merged = new KeyedList(replaced ? [] : list, mergeKey);
  for (const entry of patch) mergeEntry(merged, entry, place.key);
  return merged.entries();
}

function mergeEntry(list: KeyedList, entry: unknown, field: string): void {
  if (!isJson(entry)) throw badRequest(`an entry of ${field} is no object`);
  if (entry[DIRECTIVE] === 'replace') {
    if (Object.keys(entry).length > 1) list.add(without(entry, DIRECTIVE));
    return;
  }
  if (entry[list.mergeKey] === undefined)
    throw badRequest(`map: ${JSON.stringify(entry)} does not contain declared merge key: ${list.mergeKey}`);
  if (entry[DIRECTIVE] === 'delete') list.remove(entry);
  else list.merge(entry, (known) => strategicMerge(known, entry, field));
}

/** A list whose entries are found by their merge key in constant time: a patch may name 200,000 of them. */
class KeyedList {
  private readonly list: unknown[] = [];
  private readonly removed = new Set<number>();
  /** Where the entries with a key are; a list may have several. */
  private readonly places = new Map<string, number[]>();

  constructor(
    list: readonly unknown[],
    readonly mergeKey: string,
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

  /** Merges into the first entry with the key of this one, or into a new one. */
  merge(entry: Json, into: (known: unknown) => unknown): void {
    const [place] = this.places.get(this.keyOf(entry)) ?? [];
    if (place === undefined) this.add(into({}));
    else this.list[place] = into(this.list[place]);
  }

  /** Removes every entry with the key of this one. */
  remove(entry: Json): void {
    for (const place of this.places.get(this.keyOf(entry)) ?? []) this.removed.add(place);
    this.places.delete(this.keyOf(entry));
  }

  entries(): unknown[] {
    return this.list.filter((_, place) => !this.removed.has(place));
  }

  /** A port is one port for each protocol: the DNS has 53 twice. */
  private keyOf(entry: Json): string {
    const isPort = this.mergeKey === 'port' || this.mergeKey === 'containerPort';
    return JSON.stringify([entry[this.mergeKey], isPort && (entry['protocol'] ?? 'TCP')]);
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

/** Brings merged lists into the order that the patch's author sees; entries unknown to them keep their places behind. */
function reorder(merged: Json, patch: Json, field: string): void {
  for (const [directive, order] of Object.entries(patch)) {
    if (!directive.startsWith(ORDER) || !Array.isArray(order)) continue;
    const key = directive.slice(ORDER.length);
    const list = merged[key];
    if (!Array.isArray(list)) continue;
    const mergeKey = mergeKeyOf({ key, field });
    const idOf = (entry: unknown) => (mergeKey && isJson(entry) ? entry[mergeKey] : entry);
    const ranks = new Map(order.map((entry, rank) => [idOf(entry), rank]));
    const rank = (entry: unknown) => ranks.get(idOf(entry)) ?? ranks.size;
    merged[key] = [...(list as unknown[])].sort((a, b) => rank(a) - rank(b));
  }
}

function without(object: Json, key: string): Json {
  const { [key]: _removed, ...rest } = object;
  return rest;
}
