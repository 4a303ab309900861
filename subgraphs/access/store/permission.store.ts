import type { Grant } from '../../../access/model/permission.js';
import { type Grantors, readGrantors } from '../../../access/store/grantors.js';
import { EFFECTS, type ScopeColumns, scopeOf } from '../../../access/store/grants.js';
import { checkedColumns, oneOf } from '../../../kernel/postgres/checked-columns.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { keyset } from '../../../kernel/postgres/keyset.js';
import { type Page, pageOf } from '../../../kernel/page.js';
import type { SortedPageRequest, Sorting } from '../../../kernel/sorting.js';
import { Prisma } from '../../../prisma/generated/client.js';
import { type Permission, scopeKey } from '../model/permission.js';
import type { Role } from '../model/role.js';

const check = checkedColumns('access.permission', 'id', { effect: oneOf(EFFECTS) });

const columns = {
  GRANTED_AT: {
    column: 'granted_at',
    type: 'timestamptz',
    value: ({ grantedAt }: Permission) => grantedAt.toISOString(),
  },
} as const;
export const permissionSorting: Sorting<Permission, keyof typeof columns> = { byId: 'ASC', columns };

/** Which permissions of an account a list has; conditions are combined with AND. */
export interface PermissionSelection {
  readonly principalIds?: readonly string[] | undefined;
  readonly roleId?: string | undefined;
  readonly clusterId?: string | undefined;
  /** Only those that have not ended then. */
  readonly activeAt?: Date | undefined;
  /** Only those with one of these scopes, or of these principals. */
  readonly visible?:
    { readonly scopes: readonly ScopeColumns[]; readonly principalIds: readonly string[] } | undefined;
}

/** The scope of a row as `scopeKey` writes it: PostgreSQL compares JSON by value. */
const SCOPE = Prisma.sql`jsonb_build_array(region_id, cluster_id, cluster_selector, to_jsonb(namespaces))`;

/** Permissions of an account. */
export class PermissionStore {
  constructor(private readonly database: Database) {}

  async create(tx: Transaction, row: Permission): Promise<void> {
    await tx.permission.create({ data: { ...row, namespaces: [...row.namespaces] } });
  }

  /** Who can grant permissions. */
  grantors(account: string): Promise<Grantors> {
    return readGrantors(this.database, account);
  }

  /** Deletes permissions; those that do not exist are ignored. */
  async delete(tx: Transaction, account: string, ids: readonly string[]): Promise<void> {
    await tx.permission.deleteMany({ where: { account, id: { in: [...ids] } } });
  }

  /** Whether the account ever changed its permissions: it has no rows before. */
  async hasChanged(account: string): Promise<boolean> {
    return (await this.database.accessVersion.count({ where: { account } })) > 0;
  }

  async byIds(
    account: string,
    ids: readonly string[],
    tx: Database | Transaction = this.database,
  ): Promise<Permission[]> {
    const rows = await tx.permission.findMany({ where: { account, id: { in: [...ids] } } });
    return check(rows);
  }

  /** All permissions of the account, or those of principals; an account has a bounded number. */
  async all(
    account: string,
    { principalIds, activeAt }: Pick<PermissionSelection, 'principalIds' | 'activeAt'> = {},
    tx: Database | Transaction = this.database,
  ): Promise<Permission[]> {
    const rows = await tx.permission.findMany({
      where: {
        account,
        ...(principalIds && { principalId: { in: [...principalIds] } }),
        ...(activeAt && { OR: [{ expiresAt: null }, { expiresAt: { gt: activeAt } }] }),
      },
      orderBy: { id: 'asc' },
    });
    return check(rows);
  }

  count(
    account: string,
    selection: PermissionSelection,
    tx: Database | Transaction = this.database,
  ): Promise<number> {
    return tx.$queryRaw<{ count: number }[]>`
      SELECT count(*)::int AS count FROM access.permission WHERE ${condition(account, selection)}`.then(
      ([row]) => row?.count ?? 0,
    );
  }

  async page(
    account: string,
    selection: PermissionSelection,
    { limit, sort, key }: SortedPageRequest<Permission>,
  ): Promise<Page<Permission>> {
    const { afterKey, order } = keyset(sort, key);
    const rows = await this.database.$queryRaw<Permission[]>`
      SELECT id, account, principal_id AS "principalId", role_id AS "roleId", effect, region_id AS "regionId",
        cluster_id AS "clusterId", cluster_selector AS "clusterSelector", namespaces, expires_at AS "expiresAt", reason,
        granted_by AS "grantedBy", granted_at AS "grantedAt"
      FROM access.permission WHERE ${condition(account, selection)} ${afterKey} ORDER BY ${order} LIMIT ${limit + 1}`;
    return pageOf(check(rows), limit);
  }

  /** The different scopes of an account's permissions. */
  scopes(account: string): Promise<ScopeColumns[]> {
    return this.database.$queryRaw<ScopeColumns[]>`
      SELECT DISTINCT region_id AS "regionId", cluster_id AS "clusterId", cluster_selector AS "clusterSelector", namespaces
      FROM access.permission WHERE account = ${account}`;
  }
}

function condition(
  account: string,
  { principalIds, roleId, clusterId, activeAt, visible }: PermissionSelection,
): Prisma.Sql {
  const conditions = [Prisma.sql`account = ${account}`];
  if (principalIds) conditions.push(Prisma.sql`principal_id = ANY(${[...principalIds]}::text[])`);
  if (roleId !== undefined) conditions.push(Prisma.sql`role_id = ${roleId}`);
  if (clusterId !== undefined) conditions.push(Prisma.sql`cluster_id = ${clusterId}`);
  if (activeAt) conditions.push(Prisma.sql`(expires_at IS NULL OR expires_at > ${activeAt})`);
  if (visible)
    conditions.push(Prisma.sql`(${SCOPE} = ANY(${visible.scopes.map(scopeKey)}::jsonb[])
      OR principal_id = ANY(${[...visible.principalIds]}::text[]))`);
  return Prisma.join(conditions, ' AND ');
}

/** The permission as the decision reads it. */
export function grantOf(permission: Permission, role: Role | undefined): Grant {
  const { id, effect, expiresAt } = permission;
  return {
    permissionId: id,
    role: role?.name ?? '',
    verbs: role?.verbs ?? [],
    effect,
    scope: scopeOf(permission),
    ...(expiresAt && { expiresAt }),
  };
}
