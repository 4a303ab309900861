import { type JWTPayload, errors } from 'jose';
import type { AcceptedTokens } from '../../access/accepted-tokens.js';
import { ACCOUNT_FORM, isAccountName } from '../../access/account-name.js';
import { defaultScopes as platformScopes } from '../../access/scopes.js';
import { SERVICE_ACCOUNT_SUBJECT } from '../../access/service-account-key.js';
import type { VerifiedToken } from '../../access/signing-keys.js';
import type { Actor } from '../../kernel/actor.js';
import type { Clock } from '../../kernel/clock.js';
import { ProblemError, throwProblem } from '../../kernel/result.js';
import type { TokenExpectations } from './auth-options.js';
import { GROUPS_CLAIM, groupsOf, policiesOf, scopesOf } from './claims.js';

/**
 * Verifies a bearer token. Throws UNAUTHENTICATED or TOKEN_EXPIRED, or another error when the key set cannot be
 * read.
 */
export type VerifyToken = (token: string) => Promise<Actor>;

/**
 * At most 255 characters as in OpenID Connect; no control characters, which could forge log lines, and no lone
 * surrogates.
 */
const SUBJECT = /^[^\p{Cc}\p{Cs}]{1,255}$/u;
const DAY = 24 * 3600;
const MAX_DAYS = 90;
/** Tolerated clock skew of an issuer in seconds. */
const CLOCK_SKEW = 60;

export function tokenVerifier(
  {
    issuer,
    audience,
    defaultScopes = platformScopes,
    groupsClaim = GROUPS_CLAIM,
    maxDays = MAX_DAYS,
  }: TokenExpectations,
  accepted: AcceptedTokens,
  clock: Clock,
): VerifyToken {
  const expected = { ...(issuer ? { issuer } : {}), ...(audience ? { audience } : {}) };
  return async (token) => {
    try {
      const verified = await accepted.verify(token, { ...expected, currentDate: clock.now() });
      const times = timesOf(verified.payload, { now: clock.now().getTime() / 1000, maxDays });
      return { ...actorOf(verified, { defaultScopes, groupsClaim }), ...times };
    } catch (error) {
      return explain(error);
    }
  };
}

/** Reads `exp` and `iat`. `exp` is required and limited; `iat` must not be in the future. */
function timesOf(
  { exp, iat }: JWTPayload,
  { now, maxDays }: { readonly now: number; readonly maxDays: number },
): Pick<Actor, 'expiresAt' | 'issuedAt'> {
  if (exp === undefined)
    return throwProblem('UNAUTHENTICATED', 'The token has no claim exp. Get a token that expires.');
  if (iat !== undefined && !(iat <= now + CLOCK_SKEW))
    return throwProblem('UNAUTHENTICATED', 'The claim iat of the token is in the future. Get a new one.');
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

function actorOf(
  { payload, keyId }: VerifiedToken,
  { defaultScopes, groupsClaim }: { readonly defaultScopes: readonly string[]; readonly groupsClaim: string },
): Actor {
  const account = payload['account'];
  if (!isAccountName(account))
    return throwProblem('UNAUTHENTICATED', `The token has no valid claim account: ${ACCOUNT_FORM}.`);
  const policies = policiesOf(payload);
  const groups = groupsOf(payload, groupsClaim);
  const issuer = issuerOf(payload);
  return {
    account,
    subject: subjectOf(payload, account),
    ...(issuer !== undefined && { issuer }),
    ...(groups.length > 0 && { groups }),
    scopes: scopesOf(payload) ?? defaultScopes,
    ...(policies.length > 0 && { policies }),
    ...(payload['verified'] === false && { verified: false }),
    keyId,
  };
}

/** The subject within the account; the account itself without the claim `sub`. */
function subjectOf({ sub }: JWTPayload, account: string): string {
  if (sub === undefined) return account;
  // jose does not check the type of `sub`: issuers may sign a number or a list.
  if (typeof sub !== 'string' || !SUBJECT.test(sub))
    return throwProblem(
      'UNAUTHENTICATED',
      'The claim sub of the token is invalid: it must be a string of 1 to 255 characters without control characters.',
    );
  // Clusters and the audit log know users and service accounts by their subjects.
  if (sub.startsWith(SERVICE_ACCOUNT_SUBJECT))
    return throwProblem(
      'UNAUTHENTICATED',
      `The claim sub of the token starts with ${SERVICE_ACCOUNT_SUBJECT}, which only service accounts do.`,
    );
  return sub;
}

/** The issuer; with the subject it identifies a user. */
function issuerOf({ iss }: JWTPayload): string | undefined {
  if (iss === undefined || (typeof iss === 'string' && SUBJECT.test(iss))) return iss;
  return throwProblem(
    'UNAUTHENTICATED',
    'The claim iss of the token is invalid: it must be a string of 1 to 255 characters without control characters.',
  );
}

/** Errors about the token are client errors; others, such as an unreachable key set, are internal. */
function explain(error: unknown): never {
  if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) throw error;
  const problem =
    error instanceof errors.JWTExpired
      ? ({ code: 'TOKEN_EXPIRED', message: 'The token has expired. Get a new one.' } as const)
      : ({ code: 'UNAUTHENTICATED', message: 'The token is not valid.' } as const);
  throw new ProblemError([problem], { cause: error });
}
