import { SignJWT } from 'jose';
import { accountScopes } from '../../access/scopes.js';
import { mintAccessToken } from '../../access/access-token.js';
import { ACTOR_HEADER } from '../../kernel/actor.js';
import { deriveKey } from '../../kernel/secret.js';

/** Longer than any run. */
const TTL_SECONDS = 3600;

/** Secrets of the platform that is measured. */
export interface BenchSecrets {
  readonly platform: string;
  readonly auth: string;
}

/** A user of the account. */
export interface BenchActor {
  /** Access token, for Fleetgraph's gateway. */
  readonly bearer: string;
  /** Header with the signed actor, which other gateways pass on to the subgraphs. */
  readonly actorHeader: Readonly<Record<string, string>>;
}

/**
 * One user of the account for each connection: the responses are the same, but no gateway may share a request to a subgraph
 * between users.
 */
export function benchActors(account: string, count: number, secrets: BenchSecrets): Promise<BenchActor[]> {
  const key = deriveKey(secrets.platform, 'actor');
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const subject = `bench-${index + 1}`;
      return {
        bearer: await mintAccessToken(secrets.auth, {
          ...{ account, subject, ttlSeconds: TTL_SECONDS, scopes: accountScopes },
        }),
        actorHeader: { [ACTOR_HEADER]: await signActor({ account, subject }, key) },
      };
    }),
  );
}

/** Signs an actor as kernel/actor.ts does, but for a whole run. */
function signActor(
  { account, subject }: { account: string; subject: string },
  key: Uint8Array,
): Promise<string> {
  return new SignJWT({ account, scope: accountScopes.join(' ') })
    .setProtectedHeader({ alg: 'HS256', typ: 'actor+jwt' })
    .setSubject(subject)
    .setAudience('fleetgraph-subgraph')
    .setIssuedAt()
    .setExpirationTime(`${TTL_SECONDS}s`)
    .sign(key);
}
