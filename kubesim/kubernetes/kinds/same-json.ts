import { isJson, type Json } from './object.js';

/** Whether two JSON values are equal. Ignores the order of fields and undefined fields. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isJson(a)) return isJson(b) && sameFields(a, b);
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((item, index) => sameJson(item, b[index]));
}

function sameFields(a: Json, b: Json): boolean {
  const said = definedKeys(a);
  if (said.length !== definedKeys(b).length) return false;
  return said.every((name) => Object.hasOwn(b, name) && sameJson(a[name], b[name]));
}

function definedKeys(object: Json): string[] {
  return Object.keys(object).filter((name) => object[name] !== undefined);
}
