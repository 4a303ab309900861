import type { JWTPayload } from 'jose';

/**
 * The scopes of a token, from the claim `scope` (RFC 8693, a space-separated string) or `scp` (a list or such a
 * string). Undefined without either claim. Sorted, so that equal permissions have equal keys.
 */
export function scopesOf(payload: JWTPayload): readonly string[] | undefined {
  const claim = payload['scope'] ?? payload['scp'];
  if (claim === undefined) return undefined;
  return words(typeof claim === 'string' ? claim.split(' ') : claim);
}

/** The policies of a token, from the claim `policies` (a list). */
export function policiesOf(payload: JWTPayload): readonly string[] {
  return words(payload['policies']);
}

/** The strings of a list; empty for any other claim. */
function words(claim: unknown): readonly string[] {
  if (!Array.isArray(claim)) return [];
  const names = claim.filter((word): word is string => typeof word === 'string' && word !== '');
  return [...new Set(names)].sort();
}
