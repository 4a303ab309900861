import { accountScopes } from '../../../access/scopes.js';
import { throwProblem } from '../../../kernel/result.js';

/** Service accounts of an account. */
export const MAX_SERVICE_ACCOUNTS = 100;
/** Valid keys of a service account: the present one and, during a rotation, the next one. */
export const MAX_VALID_KEYS = 2;
/** Keys of a service account that have ended and are still listed. */
export const MAX_ENDED_KEYS = 20;
const MAX_DAYS = 365;
const DAY = 24 * 3_600_000;

/** Checks the end of a key. Throws INVALID_INPUT. */
export function checkKeyEnd(expiresAt: Date, at: Date, path: readonly string[]): void {
  const lifetime = expiresAt.getTime() - at.getTime();
  if (!(lifetime > 0 && lifetime <= MAX_DAYS * DAY))
    throwProblem('INVALID_INPUT', `expiresAt is in the future, at most ${MAX_DAYS} days from now.`, { path });
}

/**
 * The scopes of a key, sorted: those of the caller by default, and no others. Throws INVALID_INPUT, and FORBIDDEN for a
 * scope that the token of the caller lacks.
 */
export function checkedScopes(
  scopes: readonly string[] | null | undefined,
  own: readonly string[],
  path: readonly string[],
): string[] {
  const known: readonly string[] = accountScopes;
  if (!scopes) return known.filter((scope) => own.includes(scope)).sort();
  if (!scopes.every((scope) => known.includes(scope)))
    throwProblem('INVALID_INPUT', `The scopes of a key are among ${known.join(', ')}.`, { path });
  const missing = scopes.find((scope) => !own.includes(scope));
  if (missing !== undefined)
    throwProblem('FORBIDDEN', `Your token has no scope ${missing}. Nobody grants what they do not have.`, {
      path,
    });
  return [...new Set(scopes)].sort();
}
