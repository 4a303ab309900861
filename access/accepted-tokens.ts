import type { JWTVerifyOptions } from 'jose';
import type { Log } from '../kernel/log.js';
import { Revocations } from './revocations.js';
import type { TokenOrigin } from './token-origin.js';
import { type KeySource, type SigningKeys, type VerifiedToken, openSigningKeys } from './signing-keys.js';

export interface AcceptedTokensOptions {
  readonly keys: KeySource;
  /** See revocations.ts. Default: no token is revoked. */
  readonly revocationsFile?: string | undefined;
  readonly log: Log;
  /** Called when accepted tokens may have become rejected. */
  readonly changed?: (() => void) | undefined;
}

/**
 * Decides which client tokens are accepted. Used by every process that depends on one: the gateway, which verifies
 * them, and the API servers, whose credentials expire with the token for which they were issued.
 */
export class AcceptedTokens implements Disposable {
  private constructor(
    private readonly keys: SigningKeys,
    private readonly revocations: Revocations | undefined,
  ) {}

  /** Rejects when the file of revocations is not valid. */
  static async open({ keys, revocationsFile, log, changed }: AcceptedTokensOptions): Promise<AcceptedTokens> {
    const revocations = revocationsFile
      ? await Revocations.open(revocationsFile, log, () => changed?.())
      : undefined;
    return new AcceptedTokens(openSigningKeys(keys, { log, changed }), revocations);
  }

  /** Verifies signature and claims of a token; throws the errors of jose. */
  verify(token: string, expected: JWTVerifyOptions): Promise<VerifiedToken> {
    return this.keys.verify(token, expected);
  }

  /**
   * Why a verified token is no longer accepted; undefined if it is. Does not check the expiry, which the caller
   * knows.
   */
  rejectionReason(origin: TokenOrigin): 'revoked' | 'key withdrawn' | undefined {
    if (this.revocations?.isRevoked(origin)) return 'revoked';
    return origin.keyId !== undefined && this.keys.accepts(origin.keyId) ? undefined : 'key withdrawn';
  }

  [Symbol.dispose](): void {
    this.keys[Symbol.dispose]();
    this.revocations?.[Symbol.dispose]();
  }
}
