import { badRequest } from '../kinds/status.js';

/**
 * Levels to which objects and lists of a body may nest. Kinds of Kubernetes nest below 30; what nests by the ten thousand
 * overflows the stack of whatever walks it, also later, when it is read from the store.
 */
const DEEPEST = 200;

/** Throws ApiError 400 when a value nests too deeply. Walks without recursion, so that no depth overflows the stack. */
export function refuseDeepNesting(value: unknown): void {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) throw badRequest(`the body nests deeper than ${DEEPEST} levels`);
    level = level.flatMap(childrenOf);
  }
}

function childrenOf(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).filter((child) => typeof child === 'object' && child !== null);
}
