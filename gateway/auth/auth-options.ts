/** How clients prove who they are. */
export type AuthOptions =
  | (TokenExpectations & {
      /** Tokens signed with HS256 and this secret, at least 32 characters. */
      readonly kind: 'secret';
      readonly secret: string;
    })
  | (TokenExpectations & {
      /** Tokens signed with a key of the JSON Web Key Set at this URL. */
      readonly kind: 'jwks';
      readonly url: string;
    })
  | {
      /**
       * Nobody is asked: everyone acts for the account `default`, with the platform's own scopes, and counts as not
       * authenticated. Only for gateways nobody else can reach.
       */
      readonly kind: 'none';
    };

/** What a token must say of where it comes from (not checked when left out), and what it may leave unsaid. */
export interface TokenExpectations {
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
  /** What a token may do that has neither a claim `scope` nor `scp`. Default reading only. */
  readonly defaultScopes?: readonly string[] | undefined;
}
