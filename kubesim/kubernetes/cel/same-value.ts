import { spend } from './running-budget.js';

/** Whether two CEL values are equal: numbers by their value, lists and maps by their items. */
export function sameValue(a: unknown, b: unknown): boolean {
  spend(1);
  if (a === b) return true;
  if (isNumber(a) && isNumber(b)) return a == b;
  if (Array.isArray(a) && Array.isArray(b)) return sameItems(a, b);
  return a instanceof Map && b instanceof Map && sameEntries(a, b);
}

const isNumber = (value: unknown) => typeof value === 'bigint' || typeof value === 'number';

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => sameValue(item, b[index]));
}

function sameEntries(a: ReadonlyMap<unknown, unknown>, b: ReadonlyMap<unknown, unknown>): boolean {
  return a.size === b.size && [...a].every(([key, item]) => b.has(key) && sameValue(item, b.get(key)));
}
