import { badRequest } from '../kinds/status.js';

/**
 * Maximum nesting of objects and lists in a body. Kubernetes kinds nest less than 30 levels; ten thousand levels
 * overflow the stack of every recursive function, also when the object is read from the store later.
 */
const MAX_DEPTH = 200;

/** Throws ApiError 400 if a value nests too deeply. Not recursive, so that no depth overflows the stack. */
export function checkNesting(value: unknown): void {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw badRequest(`the body nests deeper than ${MAX_DEPTH} levels`);
    level = level.flatMap(childrenOf);
  }
}

function childrenOf(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).filter((child) => typeof child === 'object' && child !== null);
}
