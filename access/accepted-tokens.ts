import type { JWTVerifyOptions } from 'jose';
import type { Log } from '../kernel/log.js';
import { Revocations } from './revocations.js';
import type { TokenOrigin } from './token-origin.js';
import { type KeySource, type SigningKeys, type VerifiedToken, openSigningKeys } from './signing-keys.js';

export interface AcceptedTokensOptions {
  readonly keys: KeySource;
  /** See revocations.ts; left out, no token is called back. */
  readonly revocationsFile?: string | undefined;
  readonly log: Log;
  /** Called when tokens that were good may be none any more. */
  readonly changed?: (() => void) | undefined;
}

/**
 * Which clients' tokens are accepted, in every process that relies on one: the gateway that verifies them, and the API
 * servers whose credentials live as long as the token they were issued for.
 */
export class AcceptedTokens implements Disposable {
  private constructor(
    private readonly keys: SigningKeys,
    private readonly revocations: Revocations | undefined,
  ) {}

  /** Rejects when the file of revocations is not one. */
  static async open({ keys, revocationsFile, log, changed }: AcceptedTokensOptions): Promise<AcceptedTokens> {
    const revocations = revocationsFile
      ? await Revocations.open(revocationsFile, log, () => changed?.())
      : undefined;
    return new AcceptedTokens(openSigningKeys(keys, { log, changed }), revocations);
  }

  /** Checks signature and claims of a token; throws what jose throws. */
  verify(token: string, expected: JWTVerifyOptions): Promise<VerifiedToken> {
    return this.keys.verify(token, expected);
  }

  /** Why a token that was good is accepted no more; undefined while it is. When it expires its bearer's process knows. */
  rejectionReason(origin: TokenOrigin): 'revoked' | 'key withdrawn' | undefined {
    if (this.revocations?.isRevoked(origin)) return 'revoked';
    return origin.keyId !== undefined && this.keys.accepts(origin.keyId) ? undefined : 'key withdrawn';
  }

  [Symbol.dispose](): void {
    this.keys[Symbol.dispose]();
    this.revocations?.[Symbol.dispose]();
  }
}
