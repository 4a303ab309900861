import { LRUCache } from 'lru-cache';
import type { AcceptedTokens } from '../access/accepted-tokens.js';
import type { KubeconfigToken, KubeconfigUser, TokenIssuer } from '../access/kubeconfig/token-issuer.js';
import type { TokenOrigin } from '../access/token-origin.js';

/** The authenticated user of a request. */
interface CredentialUser {
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
  /** Whether the user of a cluster's own token is gone, or the cluster rejects tokens that were issued to clients. */
  readonly isRevoked?: () => boolean;
}

/** Maximum number of cached tokens. */
const KNOWN_TOKENS = 5_000;
/** Extra of users by which the audit of an API server names their token. */
const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id';

/** Issues and verifies the tokens of kubeconfigs, each for one cluster. */
export class Credentials {
  /** Caches verified signatures, which cost more than most requests; the expiry is checked each time. */
  private readonly credentials = new LRUCache<string, Credential>({ max: KNOWN_TOKENS });

  constructor(
    private readonly issuer: TokenIssuer,
    private readonly accepted: AcceptedTokens,
    /** Whether the API server of a cluster rejects tokens that were issued to clients. */
    private readonly rejectsClients: (clusterId: string) => boolean,
  ) {}

  issue(clusterId: string, user: KubeconfigUser, expiresAt: Date): Promise<string> {
    return this.issuer.issue(clusterId, user, expiresAt);
  }

  /** Verifies a token; undefined if it is forged, expired, of another cluster, or no longer accepted. */
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
    const verified = await this.issuer.verify(clusterId, token, now);
    return (
      verified && {
        ...credentialOf(verified),
        isRevoked: () => !!verified.user.origin && this.rejectsClients(clusterId),
      }
    );
  }
}

function credentialOf({ user, id, expiresAt }: KubeconfigToken): Credential {
  return { user: { ...user, extra: { [CREDENTIAL_ID]: [`JTI=${id}`] } }, expiresAt };
}
