/** SQLSTATE of text with U+0000, which PostgreSQL has no place for: in a text, and in a JSON document. */
const UNSTORABLE = /^(22021|22P05)$/;
/** Errors wrap one another at most this deep. */
const DEPTH = 5;

interface Fault {
  readonly code?: unknown;
  readonly originalCode?: unknown;
  readonly cause?: unknown;
  readonly meta?: { readonly driverAdapterError?: unknown };
}

/** Whether a statement failed because a text that it was given cannot be stored. */
export function isTextUnstorable(error: unknown, depth = DEPTH): boolean {
  if (typeof error !== 'object' || error === null || depth === 0) return false;
  const { code, originalCode, cause, meta } = error as Fault;
  if (UNSTORABLE.test(String(code)) || UNSTORABLE.test(String(originalCode))) return true;
  return isTextUnstorable(meta?.driverAdapterError, depth - 1) || isTextUnstorable(cause, depth - 1);
}
