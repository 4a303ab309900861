import { errors, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';

/** Who talks to a Kubernetes API server. */
export interface Identity {
  readonly subject: string;
  readonly groups: readonly string[];
}

/** Tokens that were checked before, at the most. */
const KNOWN_TOKENS = 5_000;

interface Verified {
  readonly identity: Identity;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Issues and checks the tokens of kubeconfigs: each is good for one cluster. */
export class Credentials {
  /** Checking a signature costs more than answering most requests; a token's own expiry is checked each time. */
  private readonly known = new LRUCache<string, Verified>({ max: KNOWN_TOKENS });

  constructor(private readonly key: Uint8Array) {}

  async issue(clusterId: string, who: Identity, expiresAt: Date): Promise<string> {
    return new SignJWT({ groups: who.groups })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(who.subject)
      .setIssuer('kubesim')
      .setAudience(clusterId)
      .setIssuedAt()
      .setExpirationTime(expiresAt)
      .sign(this.key);
  }

  /** Who a token stands for; undefined when it is forged, expired or of another cluster. */
  async verify(clusterId: string, token: string, now: Date): Promise<Identity | undefined> {
    const key = `${clusterId} ${token}`;
    const known = this.known.get(key) ?? (await this.check(clusterId, token, now));
    if (!known || known.expiresAt <= now.getTime()) return undefined;
    this.known.set(key, known);
    return known.identity;
  }

  private async check(clusterId: string, token: string, now: Date): Promise<Verified | undefined> {
    try {
      const options = { audience: clusterId, issuer: 'kubesim', algorithms: ['HS256'], currentDate: now };
      const { payload } = await jwtVerify(token, this.key, options);
      const groups = Array.isArray(payload['groups'])
        ? payload['groups'].filter((group) => typeof group === 'string')
        : [];
      return { identity: { subject: payload.sub ?? '', groups }, expiresAt: (payload.exp ?? 0) * 1000 };
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }
}
