/** The group of all principals of an account. */
export const ACCOUNT_GROUP = 'fleetgraph:account';

/** Prefixes of groups that have a meaning in the platform or in Kubernetes: a token never has such a group. */
const RESERVED = ['fleetgraph:', 'system:'];

/** Whether an identity provider must not name a group so. */
export function isReservedGroup(name: string): boolean {
  return RESERVED.some((prefix) => name.startsWith(prefix));
}
