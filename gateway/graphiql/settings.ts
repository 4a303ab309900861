/** Settings passed to the page as JSON in `<meta name="settings">`. */
export interface PageSettings {
  /** The name of the graph. */
  readonly title: string;
  /** Whether requests need a bearer token. */
  readonly needsToken: boolean;
  /** Documents shown on the first visit, one per tab. */
  readonly tabs: readonly { readonly query: string }[];
  /** Nonce of the page's policy for styles that a library adds while it runs. */
  readonly styleNonce: string;
}
