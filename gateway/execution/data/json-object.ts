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
    const existing = typeof value === 'object' && value !== null ? own(target, key) : undefined;
    if (!mergeInto(existing, value)) assign(target, key, value);
  }
}

/** Merges two values; returns false when the new one must replace the old one. */
function mergeInto(existing: unknown, value: unknown): boolean {
  if (isRecord(existing) && isRecord(value)) {
    merge(existing, value);
    return true;
  }
  if (!Array.isArray(existing) || !Array.isArray(value) || existing.length !== value.length) return false;
  for (let i = 0; i < value.length; i += 1) {
    if (isRecord(existing[i]) && isRecord(value[i])) merge(existing[i] as JSONObject, value[i] as JSONObject);
    else existing[i] = value[i];
  }
  return true;
}
