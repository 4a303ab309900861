import type { JSONObject } from './json-object.js';

/** Entities referenced by one subgraph that another one resolved to null. */
const absent = new WeakSet<JSONObject>();

/** Marks an entity that a subgraph does not have. */
export function markAbsent(entity: JSONObject): void {
  absent.add(entity);
}

/** Whether a subgraph that was asked for the entity does not have it. */
export function isAbsent(entity: JSONObject): boolean {
  return absent.has(entity);
}
