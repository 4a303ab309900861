import type { KeySource } from '../../access/signing-keys.js';

/** How clients prove who they are. */
export type AuthOptions =
  | (KeySource & TokenExpectations)
  | {
      /**
       * Nobody is asked: everyone acts for the account `default`, with the platform's own scopes, and counts as not
       * authenticated. Only for gateways nobody else can reach.
       */
      readonly kind: 'none';
    };

/** What a token must say (issuer and audience are not checked when left out), and what it may leave unsaid. */
export interface TokenExpectations {
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
  /** What a token may do that has neither a claim `scope` nor `scp`. Default reading only. */
  readonly defaultScopes?: readonly string[] | undefined;
  /** Days for which a token may be valid at the most. Default 90. */
  readonly maxDays?: number | undefined;
}
