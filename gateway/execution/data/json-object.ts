import { isRecord } from '../../../kernel/is-record.js';
/** A JSON object of a subgraph response or of merged responses. */
export type JSONObject = Record<string, unknown>;

/** Reads an own property: response names are chosen by clients and may be those of `Object.prototype`. */
export function own(tree: JSONObject, key: string): unknown {
  return Object.hasOwn(tree, key) ? tree[key] : undefined;
}

/** Sets an own property, also `__proto__`. */
export function assign(tree: JSONObject, key: string, value: unknown): void {
  if (key !== '__proto__') tree[key] = value;
  else Object.defineProperty(tree, key, { value, enumerable: true, writable: true, configurable: true });
}

/**
 * Merges fetched data into existing data. New parts are not copied: places of the same entity share them and
 * stay equal, because every later fetch updates all of them.
 */
export function merge(target: JSONObject, source: JSONObject): void {
  if (target === source) return;
  for (const key of Object.keys(source)) {
    const value = source[key];
    if (value === undefined) continue;
    const there = typeof value === 'object' && value !== null ? own(target, key) : undefined;
    if (!mergeInto(there, value)) assign(target, key, value);
  }
}

/** Merges two values; returns false when the new one must replace the old one. */
function mergeInto(there: unknown, value: unknown): boolean {
  if (isRecord(there) && isRecord(value)) {
    merge(there, value);
    return true;
  }
  if (!Array.isArray(there) || !Array.isArray(value) || there.length !== value.length) return false;
  for (let i = 0; i < value.length; i += 1) {
    if (isRecord(there[i]) && isRecord(value[i])) merge(there[i] as JSONObject, value[i] as JSONObject);
    else there[i] = value[i];
  }
  return true;
}
