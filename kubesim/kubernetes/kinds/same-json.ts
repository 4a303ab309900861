import { isJson, type Json } from './object.js';

/** Whether two JSON values say the same: neither the order of fields counts nor fields that are undefined. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isJson(a)) return isJson(b) && sameFields(a, b);
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((item, index) => sameJson(item, b[index]));
}

function sameFields(a: Json, b: Json): boolean {
  const said = saidIn(a);
  if (said.length !== saidIn(b).length) return false;
  return said.every((name) => Object.hasOwn(b, name) && sameJson(a[name], b[name]));
}

function saidIn(object: Json): string[] {
  return Object.keys(object).filter((name) => object[name] !== undefined);
}
