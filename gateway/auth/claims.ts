import type { JWTPayload } from 'jose';
import { isReservedGroup } from '../../access/model/group-name.js';
import { throwProblem } from '../../kernel/result.js';

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

/** The claim that names the groups of a token's holder, unless AUTH_GROUPS_CLAIM is set. */
export const GROUPS_CLAIM = 'groups';
const MAX_GROUPS = 100;
/** Of all names together: the signed actor is a header of each request to a subgraph, and Node.js accepts 16 KiB of headers. */
const MAX_GROUPS_TEXT = 8_000;
/** Without control characters, which could forge log lines, and lone surrogates. */
const GROUP = /^[^\p{Cc}\p{Cs}]{1,128}$/u;

/**
 * The groups of a token's holder, from a claim that is a list or a single name; none if the claim has no name. Sorted,
 * without those that are reserved. Throws UNAUTHENTICATED for groups beyond the limits instead of ignoring some: each may be
 * denied something.
 */
export function groupsOf(payload: JWTPayload, claim: string): readonly string[] {
  const value = claim === '' ? undefined : payload[claim];
  if (value === undefined || value === null) return [];
  const names = [...new Set<unknown>(Array.isArray(value) ? value : [value])];
  const valid = names.filter((name): name is string => typeof name === 'string' && GROUP.test(name));
  const length = valid.reduce((sum, name) => sum + Buffer.byteLength(name), 0);
  if (valid.length < names.length || valid.length > MAX_GROUPS || length > MAX_GROUPS_TEXT)
    return throwProblem(
      'UNAUTHENTICATED',
      `The claim ${claim} of the token has more than ${MAX_GROUPS} groups, more than ${MAX_GROUPS_TEXT} bytes, or one that is not text of 1 to 128 characters.`,
    );
  return valid.filter((name) => !isReservedGroup(name)).sort();
}

/** The strings of a list; empty for any other claim. */
function words(claim: unknown): readonly string[] {
  if (!Array.isArray(claim)) return [];
  const names = claim.filter((word): word is string => typeof word === 'string' && word !== '');
  return [...new Set(names)].sort();
}
