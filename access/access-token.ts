import { SignJWT } from 'jose';

export interface AccessTokenOptions {
  /** The account that the token is for. */
  readonly account: string;
  /** The user or program of the account. */
  readonly subject: string;
  /** Seconds until it expires. */
  readonly ttlSeconds: number;
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
  /** The scopes of the token. Default: those of tokens without scopes (AUTH_DEFAULT_SCOPES). */
  readonly scopes?: readonly string[] | undefined;
  /** False if the holder of the account is not verified. */
  readonly verified?: boolean | undefined;
}

/** Signs a client's bearer token with the HS256 secret of the gateway (AUTH_SECRET). */
export async function mintAccessToken(secret: string, options: AccessTokenOptions): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const scope = options.scopes && { scope: options.scopes.join(' ') };
  const unverified = options.verified === false && { verified: false };
  const token = new SignJWT({ account: options.account, ...scope, ...unverified })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(options.subject)
    .setIssuedAt(now)
    .setExpirationTime(now + options.ttlSeconds);
  if (options.issuer) token.setIssuer(options.issuer);
  if (options.audience) token.setAudience(options.audience);
  return token.sign(new TextEncoder().encode(secret));
}
