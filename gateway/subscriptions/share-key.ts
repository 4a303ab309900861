import type { Actor } from '../../kernel/actor.js';

/** Who may share what an execution answers: everyone of an account with the same rights, or one user alone. */
export type SharedBy = 'account' | 'subject';

/** The same text for actors who may see the same. */
export function permissionsKey(
  { subject, expiresAt: _, issuedAt: __, keyId: ___, ...rights }: Actor,
  sharedBy: SharedBy,
): string {
  return variablesKey(sharedBy === 'subject' ? { subject, ...rights } : rights);
}

/** The same text for the same values, whatever the order of their keys. */
export function variablesKey(value: unknown): string {
  return JSON.stringify(sorted(value)) ?? '';
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
