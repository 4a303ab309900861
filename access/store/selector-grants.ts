import type { Database, Transaction } from '../../kernel/postgres/database.js';
import type { Grant } from '../model/permission.js';
import { checkGrants, grantOf, type GrantRow } from './grants.js';

/** Reads the permissions of an account that apply to clusters with certain labels, of all principals, in one statement. */
export async function readSelectorGrants(
  database: Database | Transaction,
  account: string,
  at: Date,
): Promise<Grant[]> {
  const rows = await database.$queryRaw<GrantRow[]>`
    SELECT permission.id, permission.role_id AS "roleId", permission.effect, permission.region_id AS "regionId",
           permission.cluster_id AS "clusterId", permission.cluster_selector AS "clusterSelector",
           permission.namespaces, permission.expires_at AS "expiresAt", role.name AS "roleName", role.verbs AS "roleVerbs"
    FROM access.permission
    LEFT JOIN access.role ON role.account = permission.account AND role.id = permission.role_id
    WHERE permission.account = ${account} AND permission.cluster_selector IS NOT NULL
      AND (permission.expires_at IS NULL OR permission.expires_at > ${at})`.then(checkGrants);
  return rows.flatMap(grantOf);
}
