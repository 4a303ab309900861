import { principalGroups } from '../../../access/kubernetes-user.js';
import { predefinedRolesById } from '../../../access/model/role-id.js';
import { EFFECTS, scopeOf } from '../../../access/store/grants.js';
import type { AccountKey } from '../../../engine/jobs/queue.js';
import { checkedColumns, oneOf } from '../../../kernel/postgres/checked-columns.js';
import type { Database } from '../../../kernel/postgres/database.js';
import type { PrincipalGrant } from '../model/cluster-access.rules.js';

const check = checkedColumns('access.permission', 'id', { effect: oneOf(EFFECTS) });
/** States in which a cluster has no Kubernetes API. */
const WITHOUT_API = ['FAILED', 'DELETING', 'DELETED'];

/**
 * The permissions that may reach a cluster; undefined if the account never changed its permissions: then every cluster allows what it
 * allowed when it was created.
 */
export async function permissionsOfCluster(
  database: Database,
  { id, account }: AccountKey,
): Promise<PrincipalGrant[] | undefined> {
  const [version, permissions, roles] = await Promise.all([
    database.accessVersion.findUnique({ where: { account } }),
    database.permission
      .findMany({ where: { account, OR: [{ clusterId: null }, { clusterId: id }] } })
      .then(check),
    database.role.findMany({ where: { account }, select: { id: true, verbs: true } }),
  ]);
  if (!version) return undefined;
  const custom = new Map(roles.map((role) => [role.id, role.verbs]));
  return permissions.map((row) => ({
    groups: principalGroups(account, row.principalId),
    verbs: predefinedRolesById.get(row.roleId)?.verbs ?? custom.get(row.roleId) ?? [],
    effect: row.effect,
    scope: scopeOf(row),
    ...(row.expiresAt && { expiresAt: row.expiresAt }),
  }));
}

/** Clusters with an API of an account, or of all accounts that have changed their permissions. After an id, at most `take`. */
export async function clustersWithPermissions(
  database: Database,
  { account, after, take }: { readonly account?: string; readonly after: string; readonly take: number },
): Promise<AccountKey[]> {
  const accounts =
    account === undefined
      ? (await database.accessVersion.findMany({ select: { account: true } })).map((row) => row.account)
      : [account];
  return database.cluster.findMany({
    where: { account: { in: accounts }, state: { notIn: WITHOUT_API }, id: { gt: after } },
    select: { id: true, account: true },
    orderBy: { id: 'asc' },
    take,
  });
}
