import { ACCOUNT_GROUP } from '../../../../access/model/group-name.js';
import {
  actorKey,
  groupKey,
  type PrincipalKey,
  principalId,
  principalIdsOf,
} from '../../../../access/model/principal.js';
import { ADMINISTRATOR } from '../../../../access/model/role-id.js';
import { DEFAULT_PERMISSION } from '../../../../access/store/access-version.js';
import { scopeOf } from '../../../../access/store/grants.js';
import type { Clock } from '../../../../kernel/clock.js';
import type { Page } from '../../../../kernel/page.js';
import type { SortedPageRequest } from '../../../../kernel/sorting.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { AccessStores } from '../../changes/administrators.js';
import { maySee } from '../../changes/delegation.js';
import type { Permission, Principal } from '../../model/permission.js';
import type { Role } from '../../model/role.js';
import type { PermissionSelection } from '../../store/permission.store.js';
import type { TargetStore } from '../../store/target.store.js';

/** Reads permissions, principals and roles as callers may see them. */
export class PermissionReader {
  constructor(
    private readonly stores: AccessStores,
    private readonly targets: TargetStore,
    private readonly clock: Clock,
  ) {}

  /** The permission; null if the account has none, or the caller may not see it. */
  async permission(context: RequestContext, id: string): Promise<Permission | null> {
    const { account } = context.actor;
    const [row = null] = await this.stores.permissions.byIds(account, [id]);
    const found = row ?? (id === DEFAULT_PERMISSION ? await this.defaultPermission(account) : null);
    return found && (await this.visible(context, [found])).length > 0 ? found : null;
  }

  /** A page of the permissions that the caller may see. */
  async page(
    context: RequestContext,
    selection: PermissionSelection,
    request: SortedPageRequest<Permission>,
  ): Promise<Page<Permission>> {
    const { account } = context.actor;
    const only = await this.defaultPermission(account);
    if (!only) return this.stores.permissions.page(account, await this.select(context, selection), request);
    const isAfter = request.key !== undefined;
    return { items: isAfter || !matches(only, selection) ? [] : [only], hasNextPage: false };
  }

  async count(context: RequestContext, selection: PermissionSelection): Promise<number> {
    const { account } = context.actor;
    const only = await this.defaultPermission(account);
    if (only) return matches(only, selection) ? 1 : 0;
    return this.stores.permissions.count(account, await this.select(context, selection));
  }

  /** All permissions that have not ended, of which decisions are made. */
  async active(account: string): Promise<Permission[]> {
    const only = await this.defaultPermission(account);
    return only ? [only] : this.stores.permissions.all(account, { activeAt: this.clock.now() });
  }

  /** Those of the permissions that the caller may see: its own, and those in scopes in which it may read permissions. */
  async visible(context: RequestContext, permissions: readonly Permission[]): Promise<readonly Permission[]> {
    const rights = await context.rights();
    const at = this.clock.now();
    if (rights.isUnrestricted('permissions.read', at)) return permissions;
    const { account } = context.actor;
    const clusterIds = permissions.flatMap(({ clusterId }) => clusterId ?? []);
    const clusters = await this.targets.clusters(account, clusterIds);
    const caller = { rights, actor: context.actor, at };
    return permissions.filter((permission) =>
      maySee(caller, permission, clusters.get(permission.clusterId ?? '')),
    );
  }

  /** The principal of an id, for a field that has read it from a row: it exists. */
  principal(context: RequestContext, id: string): Promise<Principal | null> {
    const { account } = context.actor;
    const loader = context.loaders.of<string, Principal | null>(this.stores.principals, async (ids) => {
      const rows = await this.stores.principals.byIds(account, ids);
      const byId = new Map([...this.withoutRow(context), ...rows].map((row) => [row.id, row]));
      return ids.map((key) => byId.get(key) ?? null);
    });
    return loader.load(id);
  }

  /** The principal, if it is the caller or has a permission that the caller may see; null otherwise. */
  async visiblePrincipal(context: RequestContext, id: string): Promise<Principal | null> {
    const principal = await this.principal(context, id);
    if (!principal || this.caller(context)?.id === id) return principal;
    const selection = { principalIds: [id] };
    return (await this.count(context, selection)) > 0 ? principal : null;
  }

  /** The caller; null for a stream that all subjects of the account share. */
  caller({ actor }: RequestContext): Principal | null {
    const key = actorKey(actor);
    return key ? withId(actor.account, key) : null;
  }

  role(context: RequestContext, id: string): Promise<Role | null> {
    const { account } = context.actor;
    const loader = context.loaders.of<string, Role | null>(this.stores.roles, async (ids) => {
      const roles = await this.stores.roles.byIds(account, ids);
      return ids.map((key) => roles.get(key) ?? null);
    });
    return loader.load(id);
  }

  /** Principals that need no row. */
  private withoutRow(context: RequestContext): Principal[] {
    const caller = this.caller(context);
    return [withId(context.actor.account, groupKey(ACCOUNT_GROUP)), ...(caller ? [caller] : [])];
  }

  private async select(
    context: RequestContext,
    selection: PermissionSelection,
  ): Promise<PermissionSelection> {
    const rights = await context.rights();
    if (rights.isUnrestricted('permissions.read', this.clock.now())) return selection;
    const { account } = context.actor;
    const scopes = await this.stores.permissions.scopes(account);
    const clusters = await this.targets.clusters(
      account,
      scopes.flatMap(({ clusterId }) => clusterId ?? []),
    );
    const at = this.clock.now();
    return {
      ...selection,
      visible: {
        principalIds: principalIdsOf(context.actor),
        scopes: scopes.filter((scope) =>
          rights.contains('permissions.read', scopeOf(scope), at, clusters.get(scope.clusterId ?? '')),
        ),
      },
    };
  }

  /** The permission of an account that never changed its permissions. */
  private async defaultPermission(account: string): Promise<Permission | null> {
    if (await this.stores.permissions.hasChanged(account)) return null;
    return {
      id: DEFAULT_PERMISSION,
      account,
      principalId: principalId(account, groupKey(ACCOUNT_GROUP)),
      roleId: ADMINISTRATOR,
      effect: 'ALLOW',
      regionId: null,
      clusterId: null,
      clusterSelector: null,
      namespaces: [],
      expiresAt: null,
      reason: null,
      grantedBy: null,
      grantedAt: new Date(0),
    };
  }
}

function withId(account: string, key: PrincipalKey): Principal {
  return { id: principalId(account, key), ...key };
}

/** Whether a list with this selection has a permission of the whole account without an end. */
function matches(
  { principalId: holder, roleId }: Permission,
  { principalIds, roleId: ofRole, clusterId }: PermissionSelection,
): boolean {
  const isOfPrincipal = principalIds?.includes(holder) ?? true;
  return isOfPrincipal && (ofRole ?? roleId) === roleId && clusterId === undefined;
}
