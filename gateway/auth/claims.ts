import type { JWTPayload } from 'jose';

/**
 * The scopes that a token names: claim `scope` (RFC 8693, words in one text) or `scp` (a list, or such a text).
 * Undefined when it has neither claim; sorted, so that the same rights are told the same way.
 */
export function scopesOf(payload: JWTPayload): readonly string[] | undefined {
  const claim = payload['scope'] ?? payload['scp'];
  if (claim === undefined) return undefined;
  return words(typeof claim === 'string' ? claim.split(' ') : claim);
}

/** The policies that hold for the bearer: claim `policies`, a list. */
export function policiesOf(payload: JWTPayload): readonly string[] {
  return words(payload['policies']);
}

/** What is not a list of texts allows nothing. */
function words(claim: unknown): readonly string[] {
  if (!Array.isArray(claim)) return [];
  const given = claim.filter((word): word is string => typeof word === 'string' && word !== '');
  return [...new Set(given)].sort();
}
