import { ACCOUNT_GROUP } from '../../../access/model/group-name.js';
import { groupKey, principalId } from '../../../access/model/principal.js';
import { Rights } from '../../../access/model/rights.js';
import { ADMINISTRATOR } from '../../../access/model/role-id.js';
import { throwProblem } from '../../../kernel/result.js';
import type { Transaction } from '../../../kernel/postgres/database.js';
import type { Permission } from '../model/permission.js';
import { grantOf, type PermissionStore } from '../store/permission.store.js';
import type { PrincipalStore } from '../store/principal.store.js';
import type { RoleStore } from '../store/role.store.js';

/** Without one of these an administrator could not undo what others have granted or denied. */
const ADMINISTERING = ['permissions.grant', 'permissions.revoke'] as const;

/** The stores that permissions are read from. */
export interface AccessStores {
  readonly permissions: PermissionStore;
  readonly principals: PrincipalStore;
  readonly roles: RoleStore;
}

/**
 * Rejects with LAST_ADMINISTRATOR a change after which no user and no group may administer the account for good. Service
 * accounts do not count: their keys end.
 */
export async function requireAdministrator(
  { permissions, principals, roles }: AccessStores,
  tx: Transaction,
  { account, at }: { readonly account: string; readonly at: Date },
): Promise<void> {
  const all = await permissions.all(account, { activeAt: at }, tx);
  const candidates = new Set(all.filter(isAdministrator).map(({ principalId: id }) => id));
  const lasting = (await principals.byIds(account, [...candidates], tx)).filter(
    ({ kind }) => kind !== 'SERVICE_ACCOUNT',
  );
  const roleOf = await roles.byIds(account, [...new Set(all.map(({ roleId }) => roleId))], tx);
  const everyone = principalId(account, groupKey(ACCOUNT_GROUP));
  const may = ({ id }: { readonly id: string }) => {
    const own = all.filter(({ principalId: holder }) => holder === id || holder === everyone);
    const grants = own.map((permission) => grantOf(permission, roleOf.get(permission.roleId)));
    const rights = new Rights(grants, ['fleet:write']);
    return ADMINISTERING.every((verb) => rights.isUnrestricted(verb, at));
  };
  if (!lasting.some(may))
    throwProblem(
      'LAST_ADMINISTRATOR',
      'No user and no group would be administrator of the account any more.',
    );
}

/** Whether the permission makes its principal administrator of the account, without an end. */
function isAdministrator(permission: Permission): boolean {
  const { roleId, effect, expiresAt, regionId, clusterId, clusterSelector, namespaces } = permission;
  const isAccount = [regionId, clusterId, clusterSelector].every((part) => part === null);
  return (
    roleId === ADMINISTRATOR &&
    effect === 'ALLOW' &&
    expiresAt === null &&
    isAccount &&
    namespaces.length === 0
  );
}
