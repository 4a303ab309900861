import { isJson, type Json } from '../kinds/object.js';
import { badRequest } from './status.js';

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
  const start = replaced ? [] : list;
  return patch.reduce<unknown[]>(
    (all, entry) => mergeEntry(all, entry, { mergeKey, field: place.key }),
    [...start],
  );
}

function mergeEntry(
  all: unknown[],
  entry: unknown,
  { mergeKey, field }: { readonly mergeKey: string; readonly field: string },
): unknown[] {
  if (!isJson(entry)) throw badRequest(`an entry of ${field} is no object`);
  if (entry[DIRECTIVE] === 'replace')
    return Object.keys(entry).length > 1 ? [...all, without(entry, DIRECTIVE)] : all;
  const id = entry[mergeKey];
  if (id === undefined)
    throw badRequest(`map: ${JSON.stringify(entry)} does not contain declared merge key: ${mergeKey}`);
  const isSame = (known: unknown) => isJson(known) && isSameEntry(known, entry, mergeKey);
  const index = all.findIndex(isSame);
  if (entry[DIRECTIVE] === 'delete') return all.filter((known) => !isSame(known));
  if (index < 0) return [...all, strategicMerge({}, entry, field)];
  return all.map((known, at) => (at === index ? strategicMerge(known, entry, field) : known));
}

/** A port is one port for each protocol: the DNS has 53 twice. */
function isSameEntry(known: Json, entry: Json, mergeKey: string): boolean {
  if (known[mergeKey] !== entry[mergeKey]) return false;
  const isPort = mergeKey === 'port' || mergeKey === 'containerPort';
  return !isPort || (known['protocol'] ?? 'TCP') === (entry['protocol'] ?? 'TCP');
}

function retain(merged: Json, keys: unknown): void {
  if (!Array.isArray(keys)) return;
  for (const key of Object.keys(merged)) if (!keys.includes(key)) Reflect.deleteProperty(merged, key);
}

function removeFrom(merged: Json, key: string, values: unknown): void {
  const list = merged[key];
  if (Array.isArray(list) && Array.isArray(values))
    merged[key] = list.filter((value) => !values.includes(value));
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
