import { createHash } from 'node:crypto';
import { TypeID } from 'typeid-js';
import type { Actor } from '../../kernel/actor.js';
import { ACCOUNT_GROUP } from './group-name.js';

/** Kinds of principals. */
export const PRINCIPAL_KINDS = ['USER', 'GROUP', 'SERVICE_ACCOUNT'] as const;

export type PrincipalKind = (typeof PRINCIPAL_KINDS)[number];

/** What identifies a principal in its account. */
export interface PrincipalKey {
  readonly kind: PrincipalKind;
  /** `iss` of a user's token; empty for tokens without it and for other kinds. */
  readonly issuer: string;
  /** `sub` of a user's token, the group, or the id of the service account. */
  readonly name: string;
}

/** The id of a principal. It is derived from its name, so that no statement is needed to find it. */
export function principalId(account: string, { kind, issuer, name }: PrincipalKey): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([account, kind, issuer, name]))
    .digest();
  return TypeID.fromUUIDBytes('principal', digest.subarray(0, 16)).toString();
}

/** Key of a group. */
export function groupKey(name: string): PrincipalKey {
  return { kind: 'GROUP', issuer: '', name };
}

/** Key of a service account. */
export function serviceAccountKey(id: string): PrincipalKey {
  return { kind: 'SERVICE_ACCOUNT', issuer: '', name: id };
}

/** The user or service account of an actor; undefined for a stream that all subjects of an account share. */
export function actorKey({ subject, issuer, serviceAccountId }: Actor): PrincipalKey | undefined {
  if (serviceAccountId !== undefined) return serviceAccountKey(serviceAccountId);
  return subject === '' ? undefined : { kind: 'USER', issuer: issuer ?? '', name: subject };
}

/** Ids of the principals whose permissions an actor has: its own first, if it has one, and those of its groups. */
export function principalIdsOf(actor: Actor): string[] {
  const own = actorKey(actor);
  const groups = [ACCOUNT_GROUP, ...(actor.groups ?? [])].map(groupKey);
  return [...(own ? [own] : []), ...groups].map((key) => principalId(actor.account, key));
}
