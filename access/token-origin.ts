/** What tells a token apart that was verified once, without the token itself. */
export interface TokenOrigin {
  readonly account: string;
  readonly subject: string;
  /** When it was made out; undefined when it does not say. */
  readonly issuedAt?: Date | undefined;
  /** The key that it was signed with, see signing-keys.ts. */
  readonly keyId?: string | undefined;
}
