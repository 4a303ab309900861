import { z } from 'zod';
import { ACCOUNT_GROUP } from '../../../../access/model/group-name.js';
import type { TargetCluster } from '../../../../access/model/target.js';
import type { ScopeColumns } from '../../../../access/store/grants.js';
import type { NewEvent } from '../../../../engine/contract.js';
import { throwNotFound } from '../../../../engine/not-found.js';
import type { Actor } from '../../../../kernel/actor.js';
import { newId } from '../../../../kernel/ids.js';
import type { Database, Transaction } from '../../../../kernel/postgres/database.js';
import { type Result, throwProblem, toResult } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { type AccessChange, type AccessPlatform, changePermissions } from '../../changes/access-change.js';
import { type AccessStores, requireAdministrator } from '../../changes/administrators.js';
import { maySee, requireRole, requireVerb } from '../../changes/delegation.js';
import {
  isSamePermission,
  type Permission,
  type PermissionTerms,
  scopeInWords,
} from '../../model/permission.js';
import {
  checkedScope,
  checkPrincipalName,
  checkTerms,
  isGrantableGroup,
  MAX_GRANTS,
  MAX_PERMISSIONS,
  MAX_PERMISSIONS_OF_PRINCIPAL,
  MAX_SELECTORS_OF_PRINCIPAL,
} from '../../model/permission.rules.js';
import type { Role } from '../../model/role.js';
import type { TargetStore } from '../../store/target.store.js';
import type {
  GrantPermissionsInput,
  PermissionInput,
  PrincipalInput,
  RevokePermissionsInput,
} from './permission.input.js';

const permissionIds = z.looseObject({ ids: z.array(z.string()) });
type Path = readonly string[];

/** Grants and revokes permissions. */
export class PermissionService {
  constructor(
    private readonly platform: AccessPlatform,
    private readonly stores: AccessStores,
    private readonly targets: TargetStore,
  ) {}

  /**
   * Grants permissions, all or none; one that exists already is returned as it is. Rejects with INVALID_INPUT, NOT_FOUND,
   * UNKNOWN_REGION, FORBIDDEN for a caller who may not grant there or lacks a verb of the role, LAST_ADMINISTRATOR and
   * LIMIT_EXCEEDED.
   */
  grant(
    { actor }: RequestContext,
    input: GrantPermissionsInput,
    dryRun?: boolean | null,
  ): Promise<Result<Permission[]>> {
    return toResult(async () => {
      checkCount(input.permissions, ['input', 'permissions']);
      const request = { actor, mutation: 'grantPermissions', input, dryRun, result: permissionIds };
      const { permissions } = await changePermissions(this.platform, request, {
        make: (change) => this.grantAll(change, input.permissions),
        read: async (tx, { ids }) => ({ permissions: await this.read(actor.account, ids, tx) }),
      });
      // A dry run returns what exists without it.
      return dryRun ? this.existing(actor.account, permissions) : permissions;
    });
  }

  /** Revokes permissions, all or none. Rejects with INVALID_INPUT, NOT_FOUND, FORBIDDEN and LAST_ADMINISTRATOR. */
  revoke(
    { actor }: RequestContext,
    input: RevokePermissionsInput,
    dryRun?: boolean | null,
  ): Promise<Result<Permission[]>> {
    return toResult(async () => {
      checkCount(input.permissionIds, ['input', 'permissionIds']);
      let revoked: Permission[] = [];
      const request = { actor, mutation: 'revokePermissions', input, dryRun, result: permissionIds };
      await changePermissions(this.platform, request, {
        make: async (change) => {
          revoked = await this.revokeAll(change, input.permissionIds);
          return { ids: revoked.map(({ id }) => id) };
        },
        read: () => Promise.resolve({}),
      });
      return revoked;
    });
  }

  private async grantAll(
    change: AccessChange,
    inputs: readonly PermissionInput[],
  ): Promise<{ ids: string[] }> {
    const { tx, account, actor, at } = change;
    const grantedBy = await this.stores.principals.ensureActor(tx, actor, at);
    const ids: string[] = [];
    const created: string[] = [];
    for (const [index, input] of inputs.entries()) {
      const path = ['input', 'permissions', String(index)];
      const terms = await this.checked(change, input, path);
      const own = await this.stores.permissions.all(account, { principalIds: [terms.principalId] }, tx);
      const existing = own.find((permission) => isSamePermission(permission, terms));
      if (!existing) checkNumber(own, terms, path);
      const id = existing?.id ?? newId('permission');
      ids.push(id);
      if (existing) continue;
      created.push(id);
      await this.stores.permissions.create(tx, { ...terms, id, account, grantedBy, grantedAt: at });
    }
    if ((await this.stores.permissions.count(account, {}, tx)) > MAX_PERMISSIONS)
      throwProblem('LIMIT_EXCEEDED', `An account has at most ${MAX_PERMISSIONS} permissions.`);
    if (inputs.some(({ effect }) => effect === 'DENY'))
      await requireAdministrator(this.stores, tx, { account, at });
    await this.emit(change, 'PERMISSIONS_GRANTED', await this.stores.permissions.byIds(account, created, tx));
    return { ids };
  }

  private async checked(change: AccessChange, input: PermissionInput, path: Path): Promise<PermissionTerms> {
    const { tx, account, at } = change;
    checkTerms(input, at, path);
    const scope = checkedScope(input.scope, [...path, 'scope']);
    const cluster = await this.clusterOf(change, scope, [...path, 'scope']);
    const checked = { scope, cluster, path, until: input.expiresAt ?? null };
    // First: who may grant nothing there learns nothing of roles.
    await requireVerb(change, 'permissions.grant', checked);
    const role = await this.stores.roles.find(account, input.roleId, tx);
    if (!role) return throwNotFound('ROLE', input.roleId, [...path, 'roleId']);
    await requireRole(change, role, checked);
    return {
      ...scope,
      principalId: await this.principal(change, input.principal, [...path, 'principal']),
      roleId: role.id,
      effect: input.effect ?? 'ALLOW',
      expiresAt: input.expiresAt ?? null,
      reason: input.reason ?? null,
    };
  }

  /** The cluster of a scope. An absent one and one that the caller may not see are rejected in the same way. */
  private async clusterOf(
    { tx, account, rights, at }: AccessChange,
    { clusterId, regionId }: ScopeColumns,
    path: Path,
  ): Promise<TargetCluster | undefined> {
    if (regionId !== null && !(await this.targets.hasRegion(regionId)))
      throwProblem('UNKNOWN_REGION', `There is no region ${regionId}. Query.regions lists them.`, {
        path: [...path, 'regionId'],
      });
    if (clusterId === null) return undefined;
    const cluster = await this.targets.cluster(account, clusterId, tx);
    return cluster && rights.decide('clusters.read', { cluster }, at).allowed
      ? cluster
      : throwNotFound('CLUSTER', clusterId, [...path, 'clusterId']);
  }

  /** Id of the principal, which gets a row. */
  private async principal(
    { tx, account, actor, at }: AccessChange,
    { kind, name, issuer }: PrincipalInput,
    path: Path,
  ): Promise<string> {
    const key = { kind, name, issuer: issuer ?? (kind === 'USER' ? (actor.issuer ?? '') : '') };
    checkPrincipalName(key, path);
    if (kind === 'SERVICE_ACCOUNT') {
      const id = await this.stores.principals.serviceAccount(account, name, tx);
      return id ?? throwProblem('NOT_FOUND', `The account has no service account ${name}.`, { path });
    }
    if (kind === 'GROUP' && !isGrantableGroup(name, ACCOUNT_GROUP))
      throwProblem('INVALID_INPUT', `A group that starts with fleetgraph: or system: does not exist.`, {
        path,
      });
    return this.stores.principals.ensure(tx, account, key, at);
  }

  private async revokeAll(change: AccessChange, ids: readonly string[]): Promise<Permission[]> {
    const { tx, account, at } = change;
    const rows = await this.stores.permissions.byIds(account, ids, tx);
    const named = rows.flatMap(({ clusterId }) => clusterId ?? []);
    const clusters = await this.targets.clusters(account, named, tx);
    for (const [index, id] of ids.entries()) {
      const path = ['input', 'permissionIds', String(index)];
      const row = rows.find((permission) => permission.id === id);
      const cluster = clusters.get(row?.clusterId ?? '');
      if (!row || !maySee(change, row, cluster)) return throwNotFound('PERMISSION', id, path);
      const checked = { scope: row, cluster, path };
      await requireVerb(change, 'permissions.revoke', checked);
      // Without a permission that denies, others may do more: who is no administrator must have what they may do then.
      if (row.effect === 'DENY' && !change.rights.isUnrestricted('permissions.revoke', at))
        await requireRole(change, await this.roleOf(change, row), checked);
    }
    await this.stores.permissions.delete(tx, account, ids);
    await requireAdministrator(this.stores, tx, { account, at });
    await this.emit(change, 'PERMISSIONS_REVOKED', rows);
    return rows;
  }

  private async roleOf({ tx, account }: AccessChange, { roleId }: Permission): Promise<Role> {
    const role = await this.stores.roles.find(account, roleId, tx);
    if (!role) throw new Error(`the role ${roleId} of a permission does not exist`);
    return role;
  }

  /** One event for each permission, which names its principal, role and scope. */
  private async emit(
    { tx, account, actor }: AccessChange,
    type: 'PERMISSIONS_GRANTED' | 'PERMISSIONS_REVOKED',
    permissions: readonly Permission[],
  ): Promise<void> {
    const roles = await this.stores.roles.byIds(
      account,
      permissions.map(({ roleId }) => roleId),
      tx,
    );
    const holders = await this.stores.principals.byIds(
      account,
      permissions.map(({ principalId }) => principalId),
      tx,
    );
    for (const permission of permissions) {
      const holder = holders.find(({ id }) => id === permission.principalId)?.name ?? '';
      const role = roles.get(permission.roleId)?.name ?? '';
      tx.emit(account, permissionEvent(type, permission, { actor, holder, role }));
    }
  }

  private existing(account: string, permissions: readonly Permission[]): Promise<Permission[]> {
    const ids = permissions.map(({ id }) => id);
    return this.read(account, ids, this.platform.database.prisma);
  }

  private async read(
    account: string,
    ids: readonly string[],
    tx: Database | Transaction,
  ): Promise<Permission[]> {
    const rows = new Map((await this.stores.permissions.byIds(account, ids, tx)).map((row) => [row.id, row]));
    return ids.flatMap((id) => rows.get(id) ?? []);
  }
}

/** Rejects with LIMIT_EXCEEDED one more permission of a principal that has as many as it may have. */
function checkNumber(own: readonly Permission[], { clusterSelector }: PermissionTerms, path: Path): void {
  const withSelector = own.filter((permission) => permission.clusterSelector !== null);
  const reject = (limit: number, what: string) =>
    throwProblem('LIMIT_EXCEEDED', `A principal has at most ${limit} permissions${what}.`, { path });
  if (own.length >= MAX_PERMISSIONS_OF_PRINCIPAL) reject(MAX_PERMISSIONS_OF_PRINCIPAL, '');
  if (clusterSelector !== null && withSelector.length >= MAX_SELECTORS_OF_PRINCIPAL)
    reject(MAX_SELECTORS_OF_PRINCIPAL, ' with a clusterSelector');
}

function checkCount(items: readonly unknown[], path: Path): void {
  if (items.length < 1 || items.length > MAX_GRANTS)
    throwProblem('INVALID_INPUT', `A request has 1 to ${MAX_GRANTS} permissions, not ${items.length}.`, {
      path,
    });
}

interface EventNames {
  readonly actor: Actor;
  /** Name of the principal. */
  readonly holder: string;
  /** Name of the role. */
  readonly role: string;
}

function permissionEvent(
  type: 'PERMISSIONS_GRANTED' | 'PERMISSIONS_REVOKED',
  permission: Permission,
  { actor, holder, role }: EventNames,
): NewEvent {
  const { id, principalId, effect, clusterId, expiresAt } = permission;
  const granted = type === 'PERMISSIONS_GRANTED';
  const what = `${effect === 'DENY' ? 'the denial of ' : ''}${role} in ${scopeInWords(permission)}`;
  const until = granted && expiresAt ? `, until ${expiresAt.toISOString()}` : '';
  return {
    category: 'ACCESS',
    type,
    reason: granted ? 'PermissionsGranted' : 'PermissionsRevoked',
    message: `${holder} ${granted ? 'got' : 'lost'} ${what}${until}.`,
    ...(clusterId !== null && { clusterId }),
    data: { subject: holder, actor: actor.subject, permissionId: id, principalId, role, effect },
  };
}
