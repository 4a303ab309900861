import { stringify } from 'safe-stable-stringify';
import type { Actor } from '../../kernel/actor.js';

/** Which clients share an execution: those of an account with the same permissions, or those of one subject. */
export type SharedBy = 'account' | 'subject';

/** A key that is equal for actors of an account with equal rights in the graph and at the gateway. */
export function rightsKey({ account, verified, scopes, policies }: Actor, rights: string): string {
  return variablesKey({ account, verified, scopes, policies, rights });
}

/** A key that is equal for actors with equal permissions. */
export function permissionsKey(
  { subject, expiresAt: _, issuedAt: __, keyId: ___, ...rights }: Actor,
  sharedBy: SharedBy,
): string {
  return variablesKey(sharedBy === 'subject' ? { subject, ...rights } : rights);
}

/** A key that is equal for equal values, independent of the order of keys. */
export function variablesKey(value: unknown): string {
  return stringify(value) ?? '';
}
