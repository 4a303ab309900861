/** An object of a subgraph's answer, or of what has been put together from several. */
export type JSONObject = Record<string, unknown>;

export function isJSONObject(value: unknown): value is JSONObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own property; response names are the client's, and may be those of `Object.prototype`. */
export function own(tree: JSONObject, key: string): unknown {
  return Object.hasOwn(tree, key) ? tree[key] : undefined;
}

/** Sets an own property, also the one whose name assignment takes for something else. */
export function assign(tree: JSONObject, key: string, value: unknown): void {
  if (key !== '__proto__') tree[key] = value;
  else Object.defineProperty(tree, key, { value, enumerable: true, writable: true, configurable: true });
}

/**
 * Merges what a fetch has brought into what is there. Parts that are new are taken over as they are, not copied:
 * places that the same entity was fetched for share them, and stay equal because every later fetch reaches all of them.
 */
export function merge(target: JSONObject, source: JSONObject): void {
  if (target === source) return;
  for (const key of Object.keys(source)) {
    const value = source[key];
    if (value === undefined) continue;
    const there = typeof value === 'object' && value !== null ? own(target, key) : undefined;
    if (!mergeInto(there, value)) assign(target, key, value);
  }
}

/** Merges two values if they can be; false when the new one has to take the place of the old one. */
function mergeInto(there: unknown, value: unknown): boolean {
  if (isJSONObject(there) && isJSONObject(value)) {
    merge(there, value);
    return true;
  }
  if (!Array.isArray(there) || !Array.isArray(value) || there.length !== value.length) return false;
  for (let i = 0; i < value.length; i += 1) {
    if (isJSONObject(there[i]) && isJSONObject(value[i]))
      merge(there[i] as JSONObject, value[i] as JSONObject);
    else there[i] = value[i];
  }
  return true;
}
