import type { Database, Transaction } from '../../kernel/postgres/database.js';
import { ACCOUNT_GROUP } from '../model/group-name.js';
import { groupKey, principalId } from '../model/principal.js';
import { Rights } from '../model/rights.js';
import { predefinedRolesById } from '../model/role-id.js';
import type { Target } from '../model/target.js';
import { tokenScopesOf, type Verb } from '../model/verb.js';
import { checkGrants, grantOf, type GrantRow } from './grants.js';

const GRANT: Verb = 'permissions.grant';
/** Roles that can grant. */
const predefined = [...predefinedRolesById]
  .filter(([, { verbs }]) => verbs.includes(GRANT))
  .map(([id]) => id);

interface Row extends GrantRow {
  readonly principalId: string;
  readonly principalName: string;
}

/** Who can grant what, in one account. */
export interface Grantors {
  /** The names of the principals that can grant permissions on the target, in their order. */
  on(target: Target, at: Date): string[];
}

/** Reads who can grant permissions in an account, in one statement. */
export async function readGrantors(database: Database | Transaction, account: string): Promise<Grantors> {
  const rows = await database.$queryRaw<Row[]>`
    SELECT permission.id, permission.principal_id AS "principalId", principal.name AS "principalName",
           permission.role_id AS "roleId", permission.effect, permission.region_id AS "regionId",
           permission.cluster_id AS "clusterId", permission.cluster_selector AS "clusterSelector",
           permission.namespaces, permission.expires_at AS "expiresAt", role.name AS "roleName", role.verbs AS "roleVerbs"
    FROM access.permission
    JOIN access.principal ON principal.id = permission.principal_id
    LEFT JOIN access.role ON role.account = permission.account AND role.id = permission.role_id
    WHERE permission.account = ${account}
      AND (permission.role_id = ANY(${predefined}::text[]) OR ${GRANT} = ANY(role.verbs))`.then(checkGrants);
  const everyone = principalId(account, groupKey(ACCOUNT_GROUP));
  const ofEveryone = rows.filter((row) => row.principalId === everyone && row.effect === 'DENY');
  const byPrincipal = Map.groupBy(rows, (row) => row.principalId);
  const holders = [...byPrincipal.values()].map((own) => ({
    name: own[0]!.principalName,
    rights: new Rights([...own, ...ofEveryone].flatMap(grantOf), tokenScopesOf(GRANT)),
  }));
  return {
    on: (target, at) =>
      holders
        .filter(({ rights }) => rights.decide(GRANT, target, at).allowed)
        .map(({ name }) => name)
        .sort(),
  };
}
