import type { JSONObject } from './json-object.js';

/** Entities referenced by one subgraph that another one resolved to null. */
const absent = new WeakSet<JSONObject>();

/** Marks an entity that a subgraph does not have. */
export function markAbsent(entity: JSONObject): void {
  absent.add(entity);
}

/** Whether a subgraph resolved the entity to null. */
export function isAbsent(entity: JSONObject): boolean {
  return absent.has(entity);
}
