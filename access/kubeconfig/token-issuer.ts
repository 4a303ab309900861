import { createECDH, createPrivateKey, createPublicKey, type KeyObject, randomUUID } from 'node:crypto';
import { errors, type JWK, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { TokenOrigin } from '../token-origin.js';

/**
 * The claim `iss`. A name and not an address: API servers read the keys at the address that their configuration names, which may
 * change while tokens are valid.
 */
export const ISSUER = 'https://kubeconfig.fleetgraph.internal';
/** One of the algorithms that every API server accepts; RSA keys cannot be derived from a secret. */
const ALGORITHM = 'ES256';
const CURVE = 'prime256v1';
/** Order of the curve P-256: private keys are the integers from 1 to the order - 1. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const KEY_ID = 'kubeconfig';
/** Prefix of users and groups that Kubernetes reserves for itself. */
export const RESERVED = 'system:';

/** The user of a kubeconfig. */
export interface KubeconfigUser {
  readonly name: string;
  readonly groups: readonly string[];
  /** The platform's token for which the kubeconfig is issued and with which it ends; undefined for the platform itself. */
  readonly origin?: TokenOrigin | undefined;
}

/** A verified token of a kubeconfig. */
export interface KubeconfigToken {
  readonly user: KubeconfigUser;
  /** The claim `jti`, by which the audit of an API server names the token. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

const claimsSchema = z.object({
  sub: z.string().min(1),
  exp: z.number(),
  jti: z.string(),
  groups: z.array(z.string()),
  origin: z
    .object({
      account: z.string(),
      subject: z.string(),
      issuedAt: z.coerce.date().optional(),
      keyId: z.string().optional(),
    })
    .optional(),
});

/** The key set and the description of the issuer, which API servers read (OpenID Connect Discovery 1.0). */
export interface IssuerDocuments {
  readonly discovery: (jwksUrl: string) => object;
  readonly jwks: { readonly keys: readonly JWK[] };
}

/**
 * Issues and verifies the tokens of kubeconfigs: JSON Web Tokens, each for the API server of one cluster. The key is derived from a
 * secret, so that each process which has the secret has the key.
 */
export class TokenIssuer {
  readonly documents: IssuerDocuments;
  private readonly privateKey: KeyObject;
  private readonly publicKey: KeyObject;

  constructor(secret: Uint8Array) {
    this.privateKey = derivedKey(secret);
    this.publicKey = createPublicKey(this.privateKey);
    const key = { ...this.publicKey.export({ format: 'jwk' }), use: 'sig', alg: ALGORITHM, kid: KEY_ID };
    this.documents = {
      jwks: { keys: [key] },
      discovery: (jwksUrl) => ({
        issuer: ISSUER,
        jwks_uri: jwksUrl,
        response_types_supported: ['id_token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: [ALGORITHM],
      }),
    };
  }

  issue(clusterId: string, { name, groups, origin }: KubeconfigUser, expiresAt: Date): Promise<string> {
    return new SignJWT({ groups, ...(origin && { origin: { ...origin } }) })
      .setProtectedHeader({ alg: ALGORITHM, kid: KEY_ID })
      .setSubject(name)
      .setIssuer(ISSUER)
      .setAudience(clusterId)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime(expiresAt)
      .sign(this.privateKey);
  }

  /**
   * Verifies a token as an API server with `authenticationConfiguration` does; undefined if it is forged, expired or of another
   * cluster, or if that of a client names a user or group of Kubernetes.
   */
  async verify(clusterId: string, token: string, now: Date): Promise<KubeconfigToken | undefined> {
    try {
      const options = { audience: clusterId, issuer: ISSUER, algorithms: [ALGORITHM], currentDate: now };
      const read = claimsSchema.safeParse((await jwtVerify(token, this.publicKey, options)).payload);
      if (!read.success) return undefined;
      const { sub: name, exp, jti: id, groups, origin } = read.data;
      if (origin && isReserved({ name, groups })) return undefined;
      return { user: { name, groups, origin }, id, expiresAt: exp * 1000 };
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }
}

function isReserved({ name, groups }: Pick<KubeconfigUser, 'name' | 'groups'>): boolean {
  return [name, ...groups].some((text) => text.startsWith(RESERVED));
}

/** The private key of P-256 that belongs to a secret of 256 bits. */
function derivedKey(secret: Uint8Array): KeyObject {
  const scalar = (BigInt(`0x${Buffer.from(secret).toString('hex')}`) % (ORDER - 1n)) + 1n;
  const d = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex');
  const ecdh = createECDH(CURVE);
  ecdh.setPrivateKey(d);
  // Uncompressed: a byte that says so, then both coordinates.
  const point = ecdh.getPublicKey();
  const text = (bytes: Buffer) => bytes.toString('base64url');
  const key = {
    kty: 'EC',
    crv: 'P-256',
    x: text(point.subarray(1, 33)),
    y: text(point.subarray(33)),
    d: text(d),
  };
  return createPrivateKey({ format: 'jwk', key });
}
