import { SignJWT, jwtVerify } from 'jose';

/** On whose behalf a request runs. Every read and write is scoped by `account`. */
export interface Actor {
  /** The account, e.g. `acme`. */
  readonly account: string;
  /** Who in the account: the token's `sub`. Empty for a stream that everybody of the account shares. */
  readonly subject: string;
  /** False: the issuer of the token has not identified the account's holder. Left out: identified. */
  readonly verified?: boolean;
  /** When the rights of this actor end; undefined for platform-internal actors and for streams. */
  readonly expiresAt?: Date;
  /** When the token was made out; undefined when it does not say. */
  readonly issuedAt?: Date;
  /** The key that the token was signed with; see access/signing-keys.ts. */
  readonly keyId?: string;
  /** What the token allows, by name, e.g. `fleet:write`. */
  readonly scopes?: readonly string[];
  /** Policies that hold for the token's bearer, as its issuer says. */
  readonly policies?: readonly string[];
  /** Nobody has proven who this is. */
  readonly anonymous?: true;
}

/** The header in which the gateway vouches for the actor to a subgraph. */
export const ACTOR_HEADER = 'x-fleetgraph-actor';

/** A header value by which a subgraph knows that the gateway asks, and for whom. Valid for two minutes. */
export async function signActor(actor: Actor, key: Uint8Array): Promise<string> {
  const { account, expiresAt, issuedAt, keyId, scopes, verified } = actor;
  return new SignJWT({
    account,
    ...(expiresAt && { until: expiresAt.getTime() }),
    ...(issuedAt && { since: issuedAt.getTime() }),
    ...(keyId !== undefined && { keyId }),
    ...(scopes && { scope: scopes.join(' ') }),
    ...(verified === false && { verified }),
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'actor+jwt' })
    .setSubject(actor.subject)
    .setAudience('fleetgraph-subgraph')
    .setIssuedAt()
    .setExpirationTime('2m')
    .sign(key);
}

/** Reads what `signActor` wrote; undefined when it is forged, expired or for somebody else. */
export async function verifyActor(token: string, key: Uint8Array): Promise<Actor | undefined> {
  try {
    const { payload } = await jwtVerify(token, key, { audience: 'fleetgraph-subgraph', typ: 'actor+jwt' });
    if (typeof payload.account !== 'string' || typeof payload.sub !== 'string') return undefined;
    const { account, sub: subject, until, since, keyId, scope, verified } = payload;
    return {
      account,
      subject,
      ...(verified === false && { verified }),
      ...(typeof until === 'number' && { expiresAt: new Date(until) }),
      ...(typeof since === 'number' && { issuedAt: new Date(since) }),
      ...(typeof keyId === 'string' && { keyId }),
      ...(typeof scope === 'string' && { scopes: scope.split(' ').filter((one) => one !== '') }),
    };
  } catch {
    return undefined;
  }
}
