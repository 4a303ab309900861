import { SignJWT } from 'jose';

export interface AccessTokenOptions {
  /** The account it speaks for. */
  readonly account: string;
  /** Who in the account. */
  readonly subject: string;
  /** Seconds until it expires. */
  readonly ttlSeconds: number;
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
}

/** A client's bearer token signed with the HS256 secret that the gateway checks (AUTH_SECRET). */
export async function mintAccessToken(secret: string, options: AccessTokenOptions): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const token = new SignJWT({ account: options.account })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(options.subject)
    .setIssuedAt(now)
    .setExpirationTime(now + options.ttlSeconds);
  if (options.issuer) token.setIssuer(options.issuer);
  if (options.audience) token.setAudience(options.audience);
  return token.sign(new TextEncoder().encode(secret));
}
