import { LRUCache } from 'lru-cache';
import { accountScopes } from '../../access/scopes.js';
import type { Actor } from '../../kernel/actor.js';
import type { Clock } from '../../kernel/clock.js';
import type { MaybePromise } from '../../kernel/maybe-promise.js';
import { refuse } from '../../kernel/result.js';
import type { AuthOptions } from './auth-options.js';
import type { Revoked } from './revocations.js';
import { tokenVerifier } from './verify-token.js';

/** Finds out on whose behalf a client asks, from the value of its `Authorization` header. */
export interface Authenticator {
  /** Refuses UNAUTHENTICATED without a valid token and TOKEN_EXPIRED when it is no longer valid. */
  authenticate(authorization: string | undefined): MaybePromise<Actor>;
  /** The same without remembering: what the token is worth at this moment. */
  again(authorization: string | undefined): Promise<Actor>;
}

const nobody: Actor = { account: 'default', subject: 'anonymous', anonymous: true, scopes: accountScopes };

/** Makes the authenticator that the options ask for. Tokens are verified once a minute at the most. */
export function createAuthenticator(
  options: AuthOptions,
  clock: Clock,
  revoked: Revoked = () => false,
): Authenticator {
  if (options.kind === 'none') return { authenticate: () => nobody, again: () => Promise.resolve(nobody) };
  const verify = tokenVerifier(options, clock);
  // By the whole header, so that what was verified need not be read again.
  const verified = new LRUCache<string, Actor>({ max: 10_000, ttl: 60_000, ttlResolution: 1000 });
  const unrevoked = (actor: Actor) =>
    revoked(actor) ? refuse('UNAUTHENTICATED', 'The token has been revoked. Get a new one.') : actor;
  const again = async (authorization: string | undefined) => {
    const actor = await verify(bearerToken(authorization));
    verified.set(authorization ?? '', actor);
    return unrevoked(actor);
  };
  return {
    authenticate(authorization) {
      const known = verified.get(authorization ?? '');
      return known ? unrevoked(stillValid(known, clock)) : again(authorization);
    },
    again,
  };
}

/** Whether the actor's rights have ended. */
export function hasExpired(actor: Actor, clock: Clock): boolean {
  return actor.expiresAt !== undefined && actor.expiresAt.getTime() <= clock.now().getTime();
}

function stillValid(actor: Actor, clock: Clock): Actor {
  return hasExpired(actor, clock) ? refuse('TOKEN_EXPIRED', 'The token has expired. Get a new one.') : actor;
}

const BEARER = /^\s*bearer +([^ ]+)\s*$/i;

function bearerToken(authorization: string | undefined): string {
  const token = BEARER.exec(authorization ?? '')?.[1];
  return token ?? refuse('UNAUTHENTICATED', 'Send a bearer token: Authorization: Bearer <token>.');
}
