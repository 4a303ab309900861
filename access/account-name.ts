const ACCOUNT = /^[a-z0-9][a-z0-9-]{0,62}$/;
/** Kubernetes keeps user names below this for itself; accounts are the beginning of the names of users in clusters. */
const RESERVED = 'system';

/** The form of an account's name, for messages. */
export const ACCOUNT_FORM = `1 to 63 lower-case letters, digits and hyphens, not ${RESERVED}`;

/** Whether a token may be for an account of this name. */
export function isAccountName(name: unknown): name is string {
  return typeof name === 'string' && ACCOUNT.test(name) && name !== RESERVED;
}
