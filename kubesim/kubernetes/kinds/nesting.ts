/**
 * Maximum nesting of objects and lists in a body, and in what webhooks answer. Kubernetes kinds nest less than 30 levels; ten thousand
 * levels overflow the stack of every recursive function, also when the object is read from the store later.
 */
export const MAX_DEPTH = 200;

/** Whether a value nests too deeply. Not recursive, so that no depth overflows the stack. */
export function nestsTooDeeply(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap(childrenOf);
  }
  return false;
}

function childrenOf(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).filter((child) => typeof child === 'object' && child !== null);
}
