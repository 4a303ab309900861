import { SignJWT } from 'jose';
import { accountScopes } from '../../access/scopes.js';
import { mintAccessToken } from '../../access/access-token.js';
import { ACTOR_HEADER } from '../../kernel/actor.js';
import { deriveKey } from '../../kernel/secret.js';

/** Long enough for any run. */
const TTL_SECONDS = 3600;

/** Secrets of the platform that is measured. */
export interface BenchSecrets {
  readonly platform: string;
  readonly auth: string;
}

/** A person of the account, as our gateway and as a subgraph is told of them. */
export interface BenchActor {
  readonly bearer: string;
  /** Header by which a gateway that cannot sign actors itself passes this one on. */
  readonly vouched: Readonly<Record<string, string>>;
}

/**
 * As many people of one account as there are connections: the answers are the same, but no gateway may take one
 * person's request in flight for another's.
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
        vouched: { [ACTOR_HEADER]: await vouch({ account, subject }, key) },
      };
    }),
  );
}

/** What kernel/actor.ts signs, but valid for a whole run. */
function vouch({ account, subject }: { account: string; subject: string }, key: Uint8Array): Promise<string> {
  return new SignJWT({ account, scope: accountScopes.join(' ') })
    .setProtectedHeader({ alg: 'HS256', typ: 'actor+jwt' })
    .setSubject(subject)
    .setAudience('fleetgraph-subgraph')
    .setIssuedAt()
    .setExpirationTime(`${TTL_SECONDS}s`)
    .sign(key);
}
