import { isRecord } from './is-record.js';

/**
 * Whether two JSON values are equal. Ignores the order of keys, which PostgreSQL's jsonb does not keep, and properties
 * that are `undefined`.
 */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isRecord(a)) return isRecord(b) && sameProperties(a, b);
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((item, index) => sameJson(item, b[index]));
}

function sameProperties(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  const keys = definedKeys(a);
  if (keys.length !== definedKeys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]));
}

function definedKeys(object: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(object).filter((key) => object[key] !== undefined);
}
