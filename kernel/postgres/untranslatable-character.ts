import { errorCauses } from './error-causes.js';

/** SQLSTATEs of U+0000, which PostgreSQL cannot store, in a text and in a JSON document. */
const UNSTORABLE = /^(22021|22P05)$/;

interface ErrorFields {
  readonly code?: unknown;
  readonly originalCode?: unknown;
}

/** Whether a statement failed because PostgreSQL cannot store one of its texts. */
export function isUntranslatableCharacter(error: unknown): boolean {
  return [...errorCauses(error)].some(({ code, originalCode }: ErrorFields) => {
    return UNSTORABLE.test(String(code)) || UNSTORABLE.test(String(originalCode));
  });
}
