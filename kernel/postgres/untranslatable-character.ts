import { errorCauses } from './error-causes.js';

/** SQLSTATE of text with U+0000, which PostgreSQL has no place for: in a text, and in a JSON document. */
const UNSTORABLE = /^(22021|22P05)$/;

interface ErrorFields {
  readonly code?: unknown;
  readonly originalCode?: unknown;
}

/** Whether a statement failed because a text that it was given cannot be stored. */
export function isUntranslatableCharacter(error: unknown): boolean {
  return [...errorCauses(error)].some(({ code, originalCode }: ErrorFields) => {
    return UNSTORABLE.test(String(code)) || UNSTORABLE.test(String(originalCode));
  });
}
