import type { JSONObject } from './json-object.js';

/** Entities that one subgraph named and another one, asked for more of them, answered as null. */
const absent = new WeakSet<JSONObject>();

/** Records that a subgraph does not have the entity. */
export function markAbsent(entity: JSONObject): void {
  absent.add(entity);
}

/** Whether a subgraph that was asked for the entity does not have it. */
export function isAbsent(entity: JSONObject): boolean {
  return absent.has(entity);
}
