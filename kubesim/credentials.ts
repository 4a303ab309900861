import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { AcceptedTokens } from '../access/accepted-tokens.js';
import type { TokenOrigin } from '../access/token-origin.js';

/** The user of a kubeconfig. */
export interface CredentialUser {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
  /** The platform's token for which it was issued and with which it expires; undefined for the platform itself. */
  readonly origin?: TokenOrigin | undefined;
}

/** A verified token of a kubeconfig. */
export interface Credential {
  readonly user: CredentialUser;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Whether the user of a cluster's own token is gone. */
  readonly isRevoked?: () => boolean;
  /** The token is for a real API server, which alone can verify it: the user and the expiry are not verified. */
  readonly isForwarded?: true;
}

/** Maximum number of cached tokens. */
const KNOWN_TOKENS = 5_000;

const claims = z.object({
  sub: z.string().min(1),
  exp: z.number(),
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

/** Issues and verifies the tokens of kubeconfigs, each for one cluster. */
export class Credentials {
  /** Caches verified signatures, which cost more than most requests; the expiry is checked each time. */
  private readonly credentials = new LRUCache<string, Credential>({ max: KNOWN_TOKENS });

  constructor(
    private readonly key: Uint8Array,
    private readonly accepted: AcceptedTokens,
  ) {}

  async issue(clusterId: string, { name, groups, origin }: CredentialUser, expiresAt: Date): Promise<string> {
    return new SignJWT({ groups, ...(origin && { origin: { ...origin } }) } satisfies JWTPayload)
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(name)
      .setIssuer('kubesim')
      .setAudience(clusterId)
      .setIssuedAt()
      .setExpirationTime(expiresAt)
      .sign(this.key);
  }

  /** Verifies a token; undefined if it is forged, expired or of another cluster. */
  async verify(clusterId: string, token: string, now: Date): Promise<Credential | undefined> {
    const key = `${clusterId} ${token}`;
    const credential = this.credentials.get(key) ?? (await this.check(clusterId, token, now));
    if (!credential || this.hasEnded(credential, now)) return undefined;
    this.credentials.set(key, credential);
    return credential;
  }

  /** Whether it has expired or the platform no longer accepts the token for which it was issued. */
  hasEnded({ user: { origin }, expiresAt, isRevoked }: Credential, now: Date): boolean {
    if (isRevoked?.()) return true;
    return expiresAt <= now.getTime() || (origin !== undefined && !!this.accepted.rejectionReason(origin));
  }

  private async check(clusterId: string, token: string, now: Date): Promise<Credential | undefined> {
    try {
      const options = { audience: clusterId, issuer: 'kubesim', algorithms: ['HS256'], currentDate: now };
      const read = claims.safeParse((await jwtVerify(token, this.key, options)).payload);
      if (!read.success) return undefined;
      const { sub: name, exp, groups, origin } = read.data;
      return { user: { name, groups, origin }, expiresAt: exp * 1000 };
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }
}
