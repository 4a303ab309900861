import type { KeySource } from '../../access/signing-keys.js';

/** How clients authenticate. */
export type AuthOptions =
  | (KeySource & TokenExpectations)
  | {
      /**
       * No authentication: every client acts for the account `default` with the platform's scopes and counts as
       * unauthenticated. Only for gateways that untrusted clients cannot reach.
       */
      readonly kind: 'none';
    };

/**
 * Required claims of tokens, and defaults of optional ones. Issuer and audience are not checked when omitted.
 */
export interface TokenExpectations {
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
  /** Scopes of a token without the claims `scope` and `scp`. Default: read-only. */
  readonly defaultScopes?: readonly string[] | undefined;
  /** Claim with the groups of a token's holder; empty: none. Default `groups`. */
  readonly groupsClaim?: string | undefined;
  /** Maximum validity of a token in days. Default 90. */
  readonly maxDays?: number | undefined;
}
