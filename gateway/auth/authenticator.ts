import { LRUCache } from 'lru-cache';
import type { AcceptedTokens } from '../../access/accepted-tokens.js';
import { isKeyText } from '../../access/service-account-key.js';
import type { Actor } from '../../kernel/actor.js';
import type { Clock } from '../../kernel/clock.js';
import type { MaybePromise } from '../../kernel/maybe-promise.js';
import { ProblemError, throwProblem } from '../../kernel/result.js';
import { anonymousActor } from './anonymous-actor.js';
import type { TokenExpectations } from './auth-options.js';
import type { ServiceAccountKeys } from './service-account-keys.js';
import { tokenVerifier } from './verify-token.js';

/** Authenticates clients by the value of the `Authorization` header. */
export interface Authenticator {
  /**
   * Throws UNAUTHENTICATED without a valid token and TOKEN_EXPIRED for an expired one. Rejections are reported
   * with the request id.
   */
  authenticate(authorization: string | undefined, requestId: string): MaybePromise<Actor>;
  /** Verifies the token again, without the cache. */
  reauthenticate(authorization: string | undefined): Promise<Actor>;
}

export interface AuthenticatorOptions extends TokenExpectations {
  readonly accepted: AcceptedTokens;
  readonly clock: Clock;
  /** Verifies keys of service accounts. Default: they are rejected like any text that is no token. */
  readonly keys?: ServiceAccountKeys | undefined;
  /** Called for each rejected token. */
  readonly onRejected?: (error: ProblemError, requestId: string) => void;
}

/** Authenticates every client as the anonymous actor. */
export const anonymousAuthenticator: Authenticator = {
  authenticate: () => anonymousActor,
  reauthenticate: () => Promise.resolve(anonymousActor),
};

/** Creates an authenticator. The signature of a token is verified at most once a minute, a key twice a second. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { accepted, clock, keys, onRejected } = options;
  const verify = tokenVerifier(options, accepted, clock);
  // Keyed by token, not by header: headers with different whitespace around one token would fill the cache.
  const verified = new LRUCache<string, Actor>({ max: 10_000, ttl: 60_000, ttlResolution: 1000 });
  const good = (actor: Actor): Actor => {
    if (hasExpired(actor, clock))
      return throwProblem('TOKEN_EXPIRED', 'The token has expired. Get a new one.');
    const end = accepted.rejectionReason(actor);
    return end
      ? throwProblem('UNAUTHENTICATED', `The token is no longer valid: ${end}. Get a new one.`)
      : actor;
  };
  const unexpired = (actor: Actor): Actor =>
    hasExpired(actor, clock)
      ? throwProblem('TOKEN_EXPIRED', 'The key has expired. Create another one.')
      : actor;
  const again = async (authorization: string | undefined) => {
    const token = bearerToken(authorization);
    if (keys && isKeyText(token)) return unexpired(await keys.reverify(token));
    const actor = await verify(token);
    verified.set(token, actor);
    return good(actor);
  };
  return {
    authenticate(authorization, requestId) {
      const report = (error: unknown): never => {
        if (error instanceof ProblemError) onRejected?.(error, requestId);
        throw error;
      };
      try {
        const token = bearerToken(authorization);
        if (keys && isKeyText(token)) {
          const actor = keys.verify(token);
          return actor instanceof Promise ? actor.then(unexpired).catch(report) : unexpired(actor);
        }
        const cached = verified.get(token);
        return cached ? good(cached) : again(authorization).catch(report);
      } catch (error) {
        return report(error);
      }
    },
    reauthenticate: again,
  };
}

/** Whether the actor's token has expired. */
export function hasExpired(actor: Actor, clock: Clock): boolean {
  return actor.expiresAt !== undefined && actor.expiresAt.getTime() <= clock.now().getTime();
}

const BEARER = /^\s*bearer +(\S+)\s*$/i;

function bearerToken(authorization: string | undefined): string {
  const token = BEARER.exec(authorization ?? '')?.[1];
  return token ?? throwProblem('UNAUTHENTICATED', 'Send a bearer token: Authorization: Bearer <token>.');
}
