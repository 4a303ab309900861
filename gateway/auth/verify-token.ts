import { type JWTPayload, type JWTVerifyOptions, createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { defaultScopes as platformScopes } from '../../access/scopes.js';
import type { Actor } from '../../kernel/actor.js';
import type { Clock } from '../../kernel/clock.js';
import { refuse } from '../../kernel/result.js';
import type { AuthOptions } from './auth-options.js';
import { policiesOf, scopesOf } from './claims.js';

/** Checks a bearer token: refuses UNAUTHENTICATED or TOKEN_EXPIRED, throws when the key set cannot be read. */
export type VerifyToken = (token: string) => Promise<Actor>;

const ASYMMETRIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
/** Milliseconds after which a key set is read again, so that a key that was withdrawn is not accepted for long. */
const KEYS_AGE = 60_000;
const ACCOUNT = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Makes the check that the options ask for. */
export function tokenVerifier(options: Exclude<AuthOptions, { kind: 'none' }>, clock: Clock): VerifyToken {
  const verify = payloadReader(options, clock);
  const { issuer, audience, defaultScopes = platformScopes } = options;
  const expected = { ...(issuer ? { issuer } : {}), ...(audience ? { audience } : {}) };
  return async (token) => {
    try {
      return actorOf(await verify(token, { ...expected, currentDate: clock.now() }), defaultScopes);
    } catch (error) {
      return explain(error);
    }
  };
}

type ReadPayload = (token: string, options: JWTVerifyOptions) => Promise<JWTPayload>;

function payloadReader(options: Exclude<AuthOptions, { kind: 'none' }>, clock: Clock): ReadPayload {
  if (options.kind === 'secret') {
    const secret = new TextEncoder().encode(options.secret);
    return async (token, expected) =>
      (await jwtVerify(token, secret, { ...expected, algorithms: ['HS256'] })).payload;
  }
  const keys = createRemoteJWKSet(new URL(options.url));
  let readAt = clock.now().getTime();
  return async (token, expected) => {
    const now = clock.now().getTime();
    if (now - readAt >= KEYS_AGE) {
      readAt = now;
      // Nobody waits for it; when it fails the keys that are known hold, for ten minutes.
      keys.reload().catch(() => undefined);
    }
    return (await jwtVerify(token, keys, { ...expected, algorithms: ASYMMETRIC })).payload;
  };
}

function actorOf(payload: JWTPayload, defaultScopes: readonly string[]): Actor {
  const { sub, exp, iat } = payload;
  const account = payload['account'];
  if (typeof account !== 'string' || !ACCOUNT.test(account)) {
    return refuse(
      'UNAUTHENTICATED',
      'The token names no account: claim account, lower-case letters, digits and hyphens.',
    );
  }
  const policies = policiesOf(payload);
  return {
    account,
    subject: sub ?? account,
    scopes: scopesOf(payload) ?? defaultScopes,
    ...(policies.length > 0 && { policies }),
    ...(payload['verified'] === false && { verified: false }),
    ...(exp === undefined ? {} : { expiresAt: new Date(exp * 1000) }),
    ...(iat === undefined ? {} : { issuedAt: new Date(iat * 1000) }),
  };
}

/** Errors about the token are the client's; others, such as a key set that cannot be fetched, are ours. */
function explain(error: unknown): never {
  if (error instanceof errors.JWTExpired)
    return refuse('TOKEN_EXPIRED', 'The token has expired. Get a new one.');
  if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) throw error;
  return refuse('UNAUTHENTICATED', 'The token is not valid.');
}
