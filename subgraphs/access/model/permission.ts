import type { PrincipalKey } from '../../../access/model/principal.js';
import type { EFFECTS, ScopeColumns } from '../../../access/store/grants.js';

/** A user, group or service account; the GraphQL type of the same name describes the fields. */
export interface Principal extends PrincipalKey {
  readonly id: string;
}

/** Whether a permission allows or denies. */
export type PermissionEffect = (typeof EFFECTS)[number];

/** What a permission gives, without who granted it and when. */
export interface PermissionTerms extends ScopeColumns {
  readonly principalId: string;
  readonly roleId: string;
  readonly effect: PermissionEffect;
  /** Null: it does not end. */
  readonly expiresAt: Date | null;
  readonly reason: string | null;
}

/** A permission; the GraphQL type of the same name describes the fields. */
export interface Permission extends PermissionTerms {
  readonly id: string;
  readonly account: string;
  /** The principal that granted it; null for the permission that an account starts with. */
  readonly grantedBy: string | null;
  readonly grantedAt: Date;
}

/** Whether two permissions give the same, whatever their reasons. */
export function isSamePermission(one: PermissionTerms, other: PermissionTerms): boolean {
  return keyOf(one) === keyOf(other);
}

function keyOf({ principalId, roleId, effect, expiresAt, ...scope }: PermissionTerms): string {
  return JSON.stringify([principalId, roleId, effect, expiresAt, scopeKey(scope)]);
}

/** Equal for equal scopes. */
export function scopeKey({ regionId, clusterId, clusterSelector, namespaces }: ScopeColumns): string {
  return JSON.stringify([regionId, clusterId, clusterSelector, namespaces]);
}

/** The scope in words, for messages. */
export function scopeInWords({ regionId, clusterId, clusterSelector, namespaces }: ScopeColumns): string {
  const clusters = clusterSelector !== null && `clusters with ${clusterSelector}`;
  const region = regionId !== null && `region ${regionId}`;
  const parts = [clusterId !== null && `cluster ${clusterId}`, clusters, region].filter(
    (part) => part !== false,
  );
  const where = parts.length === 0 ? 'the account' : parts.join(' in ');
  return namespaces.length === 0 ? where : `namespaces ${namespaces.join(', ')} of ${where}`;
}
