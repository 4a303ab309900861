const ACCOUNT = /^[a-z0-9][a-z0-9-]{0,62}$/;
/**
 * Kubernetes reserves user names that start with `system:`; the platform's user names in clusters start with the
 * account.
 */
const RESERVED = 'system';

/** Format of account names, for messages. */
export const ACCOUNT_FORM = `1 to 63 lower-case letters, digits and hyphens, not ${RESERVED}`;

/** Whether a token may be for an account of this name. */
export function isAccountName(name: unknown): name is string {
  return typeof name === 'string' && ACCOUNT.test(name) && name !== RESERVED;
}
