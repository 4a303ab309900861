import { isDeepStrictEqual } from 'node:util';

/**
 * Whether two values are the same JSON. The order of keys does not count, since PostgreSQL's jsonb does not keep it, and a
 * property that is `undefined` counts as absent.
 */
export function sameJson(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(plain(a), plain(b));
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
