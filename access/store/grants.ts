import type { Actor } from '../../kernel/actor.js';
import { checkedColumns, oneOf } from '../../kernel/postgres/checked-columns.js';
import type { Database, Transaction } from '../../kernel/postgres/database.js';
import { parseLabelSelector } from '../model/label-selector.js';
import type { Grant, Scope } from '../model/permission.js';
import { principalIdsOf } from '../model/principal.js';
import { Rights } from '../model/rights.js';
import { ADMINISTRATOR, predefinedRolesById } from '../model/role-id.js';
import { DEFAULT_PERMISSION } from './access-version.js';

/** Columns that say where a permission applies. */
export interface ScopeColumns {
  readonly regionId: string | null;
  readonly clusterId: string | null;
  readonly clusterSelector: string | null;
  readonly namespaces: readonly string[];
}

/** A permission with its role, as `grantOf` reads it. */
export interface GrantRow extends ScopeColumns {
  /** Null in the row of an account that has no permission of these principals. */
  readonly id: string | null;
  readonly roleId: string | null;
  readonly effect: string | null;
  readonly expiresAt: Date | null;
  readonly roleName: string | null;
  readonly roleVerbs: readonly string[] | null;
}

interface VersionedRow extends GrantRow {
  readonly version: bigint | null;
  readonly position: string;
}

/** The rights of an actor, and the version of the account's permissions from which they follow. */
export interface VersionedRights {
  /** 0 for an account that never changed its permissions. */
  readonly version: bigint;
  /** See access-versions.ts. */
  readonly position: bigint;
  readonly rights: Rights;
}

/** Whether a permission allows the verbs of its role, or denies them. */
export const EFFECTS = ['ALLOW', 'DENY'] as const satisfies readonly Grant['effect'][];

/** Checks the columns of permissions that have a closed set of values. */
export const checkGrants = checkedColumns('access.permission', 'id', { effect: oneOf(EFFECTS).nullable() });

/** Permission of all principals of an account that never changed its permissions. */
const defaultGrant: Grant = {
  permissionId: DEFAULT_PERMISSION,
  role: 'administrator',
  verbs: predefinedRolesById.get(ADMINISTRATOR)?.verbs ?? [],
  effect: 'ALLOW',
  scope: {},
};

/** Reads the permissions of an actor and its groups in one statement. */
export async function readRights(database: Database | Transaction, actor: Actor): Promise<VersionedRights> {
  const { account, scopes = [] } = actor;
  const rows = await database.$queryRaw<VersionedRow[]>`
    SELECT known.version, pg_snapshot_xmin(pg_current_snapshot())::text AS position, permission.id,
           permission.role_id AS "roleId", permission.effect, permission.region_id AS "regionId",
           permission.cluster_id AS "clusterId", permission.cluster_selector AS "clusterSelector",
           coalesce(permission.namespaces, '{}') AS namespaces, permission.expires_at AS "expiresAt",
           role.name AS "roleName", role.verbs AS "roleVerbs"
    FROM (SELECT ${account}::text AS account) AS asked
    LEFT JOIN access.access_version AS known USING (account)
    LEFT JOIN access.permission ON permission.account = asked.account
      AND permission.principal_id = ANY(${principalIdsOf(actor)}::text[])
    LEFT JOIN access.role ON role.account = asked.account AND role.id = permission.role_id`.then(checkGrants);
  const { version, position } = rows[0]!;
  const grants = version === null ? [defaultGrant] : rows.flatMap(grantOf);
  return { version: version ?? 0n, position: BigInt(position), rights: new Rights(grants, scopes) };
}

/** The permission of a row; none of a row without one. */
export function grantOf(row: GrantRow & { readonly effect: Grant['effect'] | null }): Grant[] {
  const { id, roleId, effect, expiresAt } = row;
  if (id === null || roleId === null || effect === null) return [];
  const { name, verbs } = predefinedRolesById.get(roleId) ?? { name: row.roleName, verbs: row.roleVerbs };
  return [
    {
      ...{ permissionId: id, role: name ?? '', verbs: verbs ?? [], effect, scope: scopeOf(row) },
      ...(expiresAt && { expiresAt }),
    },
  ];
}

/** The scope in the columns of a row. */
export function scopeOf({ regionId, clusterId, clusterSelector, namespaces }: ScopeColumns): Scope {
  return {
    ...(regionId !== null && { regionId }),
    ...(clusterId !== null && { clusterId }),
    ...(clusterSelector !== null && { clusterSelector: parseLabelSelector(clusterSelector) }),
    ...(namespaces.length > 0 && { namespaces }),
  };
}
