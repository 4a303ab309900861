import { type JWTPayload, errors } from 'jose';
import type { AcceptedTokens } from '../../access/accepted-tokens.js';
import { ACCOUNT_FORM, isAccountName } from '../../access/account-name.js';
import { defaultScopes as platformScopes } from '../../access/scopes.js';
import type { VerifiedToken } from '../../access/signing-keys.js';
import type { Actor } from '../../kernel/actor.js';
import type { Clock } from '../../kernel/clock.js';
import { ProblemError, throwProblem } from '../../kernel/result.js';
import type { TokenExpectations } from './auth-options.js';
import { policiesOf, scopesOf } from './claims.js';

/** Checks a bearer token: refuses UNAUTHENTICATED or TOKEN_EXPIRED, throws when the key set cannot be read. */
export type VerifyToken = (token: string) => Promise<Actor>;

/** 255 characters as in OpenID Connect; no control characters, which would forge lines of logs, nor half a character. */
const SUBJECT = /^[^\p{Cc}\p{Cs}]{1,255}$/u;
const DAY = 24 * 3600;
const MAX_DAYS = 90;
/** Seconds by which the clock of an issuer may be ahead of ours. */
const CLOCK_SKEW = 60;

/** Makes the check that the options ask for. */
export function tokenVerifier(
  { issuer, audience, defaultScopes = platformScopes, maxDays = MAX_DAYS }: TokenExpectations,
  accepted: AcceptedTokens,
  clock: Clock,
): VerifyToken {
  const expected = { ...(issuer ? { issuer } : {}), ...(audience ? { audience } : {}) };
  return async (token) => {
    try {
      const verified = await accepted.verify(token, { ...expected, currentDate: clock.now() });
      const times = timesOf(verified.payload, { now: clock.now().getTime() / 1000, maxDays });
      return { ...actorOf(verified, defaultScopes), ...times };
    } catch (error) {
      return explain(error);
    }
  };
}

/** When it ends and began. A token has an end, not too far away, and does not begin later than now. */
function timesOf(
  { exp, iat }: JWTPayload,
  { now, maxDays }: { readonly now: number; readonly maxDays: number },
): Pick<Actor, 'expiresAt' | 'issuedAt'> {
  if (exp === undefined)
    return throwProblem('UNAUTHENTICATED', 'The token has no end: claim exp. Get one that expires.');
  if (iat !== undefined && !(iat <= now + CLOCK_SKEW))
    return throwProblem('UNAUTHENTICATED', 'The token was made out in the future: claim iat. Get a new one.');
  if (!(exp - (iat ?? now) <= maxDays * DAY))
    return throwProblem(
      'UNAUTHENTICATED',
      `The token is valid for more than ${maxDays} days. Get a shorter one.`,
    );
  return {
    expiresAt: new Date(exp * 1000),
    ...(iat === undefined ? {} : { issuedAt: new Date(iat * 1000) }),
  };
}

function actorOf({ payload, keyId }: VerifiedToken, defaultScopes: readonly string[]): Actor {
  const account = payload['account'];
  if (!isAccountName(account))
    return throwProblem('UNAUTHENTICATED', `The token names no account: claim account, ${ACCOUNT_FORM}.`);
  const policies = policiesOf(payload);
  return {
    account,
    subject: subjectOf(payload, account),
    scopes: scopesOf(payload) ?? defaultScopes,
    ...(policies.length > 0 && { policies }),
    ...(payload['verified'] === false && { verified: false }),
    keyId,
  };
}

/** Who in the account; the account itself when the token does not say. */
function subjectOf({ sub }: JWTPayload, account: string): string {
  if (sub === undefined) return account;
  // Issuers sign what jose does not check: a number, or a list.
  if (typeof sub !== 'string' || !SUBJECT.test(sub))
    return throwProblem(
      'UNAUTHENTICATED',
      'The subject of the token is no name: claim sub, a text of 1 to 255 characters, none of them a control character.',
    );
  return sub;
}

/** Errors about the token are the client's; others, such as a key set that cannot be fetched, are ours. */
function explain(error: unknown): never {
  if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) throw error;
  const problem =
    error instanceof errors.JWTExpired
      ? ({ code: 'TOKEN_EXPIRED', message: 'The token has expired. Get a new one.' } as const)
      : ({ code: 'UNAUTHENTICATED', message: 'The token is not valid.' } as const);
  throw new ProblemError([problem], { cause: error });
}
