import { type JWTPayload, SignJWT, jwtVerify } from 'jose';

/** The authenticated caller of a request. Every read and write is scoped by `account`. */
export interface Actor {
  /** The account, e.g. `acme`. */
  readonly account: string;
  /** The token's `sub`, or the id of the service account. Empty for a stream that all subjects of an account share. */
  readonly subject: string;
  /** The token's `iss`. */
  readonly issuer?: string;
  /** Groups of the token's holder; at most 100, see gateway/auth/claims.ts. */
  readonly groups?: readonly string[];
  /** The service account whose key authenticates the request, instead of a token. */
  readonly serviceAccountId?: string;
  /** False: the issuer of the token has not identified the account's holder. Omitted: identified. */
  readonly verified?: boolean;
  /** Time at which the token expires; undefined for platform-internal actors and for streams. */
  readonly expiresAt?: Date;
  /** Time at which the token was issued; undefined without `iat`. */
  readonly issuedAt?: Date;
  /** Id of the key that signed the token; see access/signing-keys.ts. */
  readonly keyId?: string;
  /** Scopes of the token, e.g. `fleet:write`. */
  readonly scopes?: readonly string[];
  /** Policies that the issuer granted to the token. */
  readonly policies?: readonly string[];
  /**
   * Key of the rights of a stream that subjects with equal rights share: the actor is one of them, and acts only while its
   * rights have this key.
   */
  readonly rights?: string;
  /** The request carries no token. */
  readonly anonymous?: true;
}

/** The header in which the gateway sends the signed actor to a subgraph. */
export const ACTOR_HEADER = 'x-fleetgraph-actor';

/** Signs the actor for ACTOR_HEADER, so that a subgraph can verify that the gateway sent it. Valid for two minutes. */
export async function signActor(actor: Actor, key: Uint8Array): Promise<string> {
  const { account, issuer, groups, serviceAccountId, expiresAt, issuedAt, keyId, scopes, verified, rights } =
    actor;
  return new SignJWT({
    account,
    ...(issuer !== undefined && { issuer }),
    ...(groups && { groups }),
    ...(serviceAccountId !== undefined && { serviceAccountId }),
    ...(expiresAt && { until: expiresAt.getTime() }),
    ...(issuedAt && { since: issuedAt.getTime() }),
    ...(keyId !== undefined && { keyId }),
    ...(scopes && { scope: scopes.join(' ') }),
    ...(verified === false && { verified }),
    ...(rights !== undefined && { rights }),
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'actor+jwt' })
    .setSubject(actor.subject)
    .setAudience('fleetgraph-subgraph')
    .setIssuedAt()
    .setExpirationTime('2m')
    .sign(key);
}

/** Verifies a token of `signActor`; undefined if it is forged, expired or has another audience. */
export async function verifyActor(token: string, key: Uint8Array): Promise<Actor | undefined> {
  try {
    const { payload } = await jwtVerify(token, key, { audience: 'fleetgraph-subgraph', typ: 'actor+jwt' });
    if (typeof payload.account !== 'string' || typeof payload.sub !== 'string') return undefined;
    const { account, sub: subject, until, since, keyId, scope, verified, rights } = payload;
    return {
      account,
      subject,
      ...principalClaims(payload),
      ...(verified === false && { verified }),
      ...(typeof until === 'number' && { expiresAt: new Date(until) }),
      ...(typeof since === 'number' && { issuedAt: new Date(since) }),
      ...(typeof keyId === 'string' && { keyId }),
      ...(typeof rights === 'string' && { rights }),
      ...(typeof scope === 'string' && { scopes: scope.split(' ').filter((name) => name !== '') }),
    };
  } catch {
    return undefined;
  }
}

/** What identifies the principal, besides account and subject. */
function principalClaims({
  issuer,
  groups,
  serviceAccountId,
}: JWTPayload): Pick<Actor, 'issuer' | 'groups' | 'serviceAccountId'> {
  return {
    ...(typeof issuer === 'string' && { issuer }),
    ...(Array.isArray(groups) && { groups: groups.map(String) }),
    ...(typeof serviceAccountId === 'string' && { serviceAccountId }),
  };
}
