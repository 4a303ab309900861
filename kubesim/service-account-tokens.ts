import { createHmac, createSecretKey, hkdfSync, type KeyObject, randomUUID } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';

/** Issuer of the tokens of service accounts. */
const ISSUER = 'https://kubernetes.default.svc';
/** Issuer of the tokens of real API servers. */
export const REAL_ISSUER = 'https://kubernetes.default.svc.cluster.local';
/** Issuers of the tokens that real API servers accept; the second is that of the tokens in Secrets. */
export const REAL_ISSUERS: readonly string[] = [REAL_ISSUER, 'kubernetes/serviceaccount'];
/** The audience of the API servers. */
export const API_AUDIENCE = ISSUER;

const referenceSchema = z.object({ name: z.string(), uid: z.string() });

const claimsSchema = z.object({
  aud: z.union([z.string().transform((audience) => [audience]), z.array(z.string())]),
  /** The token of a Secret does not expire. */
  exp: z.number().default(Infinity),
  jti: z.string(),
  'kubernetes.io': z.object({
    namespace: z.string(),
    serviceaccount: referenceSchema,
    pod: referenceSchema.optional(),
    node: z.object({ name: z.string(), uid: z.string().optional() }).optional(),
    secret: referenceSchema.optional(),
    /** Seconds since the epoch at which the token should have been replaced. */
    warnafter: z.number().optional(),
  }),
});

/** The service account of a token, and the object whose deletion ends the token. */
export type TokenSubject = z.infer<typeof claimsSchema>['kubernetes.io'];

/** A token to issue. */
export interface IssuedToken {
  readonly subject: TokenSubject;
  readonly audiences: readonly string[];
  readonly now: Date;
  /** Undefined: until its account or the object to which it is bound is deleted. */
  readonly expiresAt: Date | undefined;
}

/** A token whose signature is right. */
export interface VerifiedToken {
  readonly subject: TokenSubject;
  readonly audiences: readonly string[];
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Maximum number of cached tokens, and of their characters. */
const KNOWN_TOKENS = 5_000;
const KNOWN_CHARACTERS = 16 * 1024 * 1024;
/** Maximum characters of a cached token; a header has no longer one, only the body of a TokenReview. */
const MAX_KNOWN_TOKEN = 16 * 1024;
/** Maximum number of cached keys of clusters: deriving one takes longer than issuing a token with it. */
const KNOWN_KEYS = 1_000;

/** Issues and verifies the tokens of service accounts. Each cluster has a key of its own. */
export class ServiceAccountTokens {
  private readonly verified = new LRUCache<string, VerifiedToken>({
    max: KNOWN_TOKENS,
    maxSize: KNOWN_CHARACTERS,
    maxEntrySize: MAX_KNOWN_TOKEN,
    sizeCalculation: (_token, key) => key.length,
  });

  private readonly keys = new LRUCache<string, KeyObject>({ max: KNOWN_KEYS });

  constructor(private readonly key: Uint8Array) {}

  issue(clusterId: string, { subject, audiences, now, expiresAt }: IssuedToken): string {
    const seconds = Math.floor(now.getTime() / 1000);
    const { namespace, serviceaccount } = subject;
    const claims = {
      aud: audiences,
      ...(expiresAt && { exp: Math.floor(expiresAt.getTime() / 1000) }),
      iat: seconds,
      iss: ISSUER,
      jti: randomUUID(),
      'kubernetes.io': subject,
      nbf: seconds,
      sub: `system:serviceaccount:${namespace}:${serviceaccount.name}`,
    };
    const signed = `${encode({ alg: 'HS256' })}.${encode(claims)}`;
    const signature = createHmac('sha256', this.keyOf(clusterId)).update(signed).digest('base64url');
    return `${signed}.${signature}`;
  }

  /** Verifies signature, issuer and time; undefined if one is wrong. The service account may no longer exist. */
  async verify(clusterId: string, token: string, now: Date): Promise<VerifiedToken | undefined> {
    const key = `${clusterId} ${token}`;
    const verified = this.verified.get(key) ?? (await this.check(clusterId, token, now));
    if (!verified || verified.expiresAt <= now.getTime()) return undefined;
    this.verified.set(key, verified);
    return verified;
  }

  private async check(clusterId: string, token: string, now: Date): Promise<VerifiedToken | undefined> {
    try {
      const options = { issuer: ISSUER, algorithms: ['HS256'], currentDate: now };
      const { payload } = await jwtVerify(token, this.keyOf(clusterId), options);
      const { success, data } = claimsSchema.safeParse(payload);
      if (!success) return undefined;
      return {
        subject: data['kubernetes.io'],
        audiences: data.aud,
        id: data.jti,
        expiresAt: data.exp * 1000,
      };
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  private keyOf(clusterId: string): KeyObject {
    const known = this.keys.get(clusterId);
    if (known) return known;
    const key = createSecretKey(Buffer.from(hkdfSync('sha256', this.key, '', clusterId, 32)));
    this.keys.set(clusterId, key);
    return key;
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
