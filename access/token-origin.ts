/** Identifies a verified token without containing it. */
export interface TokenOrigin {
  readonly account: string;
  readonly subject: string;
  /** Time of issue; undefined without the claim `iat`. */
  readonly issuedAt?: Date | undefined;
  /** The key that it was signed with, see signing-keys.ts. */
  readonly keyId?: string | undefined;
}
