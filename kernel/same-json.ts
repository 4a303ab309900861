import { isDeepStrictEqual } from 'node:util';

/**
 * Whether two values are the same JSON. Ignores the order of keys, which PostgreSQL's jsonb does not keep, and properties
 * that are `undefined`.
 */
export function sameJson(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(plain(a), plain(b));
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
