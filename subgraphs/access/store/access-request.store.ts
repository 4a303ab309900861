import type { ScopeColumns } from '../../../access/store/grants.js';
import { checkedColumns, oneOf } from '../../../kernel/postgres/checked-columns.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { keyset } from '../../../kernel/postgres/keyset.js';
import { type Page, pageOf } from '../../../kernel/page.js';
import { createdAtColumn, type SortedPageRequest, type Sorting } from '../../../kernel/sorting.js';
import { Prisma } from '../../../prisma/generated/client.js';
import {
  ACCESS_REQUEST_STATES,
  type AccessRequest,
  type AccessRequestState,
  expiryOf,
} from '../model/access-request.js';
import { scopeKey } from '../model/permission.js';

const check = checkedColumns('access.access_request', 'id', { state: oneOf(ACCESS_REQUEST_STATES) });

const columns = { CREATED_AT: createdAtColumn } as const;
export const accessRequestSorting: Sorting<AccessRequest, keyof typeof columns> = { byId: 'DESC', columns };

/** Which requests of an account a list has; conditions are combined with AND. */
export interface AccessRequestSelection {
  readonly at: Date;
  readonly state?: AccessRequestState | undefined;
  /** Only those with one of these scopes, or of these principals. */
  readonly visible?:
    { readonly scopes: readonly ScopeColumns[]; readonly principalIds: readonly string[] } | undefined;
}

/** The scope of a row as `scopeKey` writes it: PostgreSQL compares JSON by value. */
const SCOPE = Prisma.sql`jsonb_build_array(region_id, cluster_id, cluster_selector, to_jsonb(namespaces))`;

/** Requests for permissions. */
export class AccessRequestStore {
  constructor(private readonly database: Database) {}

  async create(tx: Transaction, row: AccessRequest): Promise<void> {
    await tx.accessRequest.create({ data: { ...row, namespaces: [...row.namespaces] } });
  }

  async find(
    account: string,
    id: string,
    tx: Database | Transaction = this.database,
  ): Promise<AccessRequest | undefined> {
    const rows = await tx.accessRequest.findMany({ where: { account, id } });
    return check(rows)[0];
  }

  /** Requests of a principal that are not decided, without those that have expired. */
  pendingOf(tx: Transaction, account: string, principalId: string, at: Date): Promise<number> {
    return tx.accessRequest.count({
      where: { account, principalId, state: 'PENDING', createdAt: { gt: expiryOf(at) } },
    });
  }

  async decide(
    tx: Transaction,
    { account, id }: Pick<AccessRequest, 'account' | 'id'>,
    decision: Partial<Pick<AccessRequest, 'state' | 'decidedBy' | 'decidedAt' | 'message' | 'permissionId'>>,
  ): Promise<void> {
    await tx.accessRequest.updateMany({ where: { account, id }, data: decision });
  }

  count(account: string, selection: AccessRequestSelection): Promise<number> {
    return this.database.$queryRaw<{ count: number }[]>`
      SELECT count(*)::int AS count FROM access.access_request WHERE ${condition(account, selection)}`.then(
      ([row]) => row?.count ?? 0,
    );
  }

  async page(
    account: string,
    selection: AccessRequestSelection,
    { limit, sort, key }: SortedPageRequest<AccessRequest>,
  ): Promise<Page<AccessRequest>> {
    const { afterKey, order } = keyset(sort, key);
    const rows = await this.database.$queryRaw<AccessRequest[]>`
      SELECT id, account, principal_id AS "principalId", role_id AS "roleId", region_id AS "regionId",
        cluster_id AS "clusterId", cluster_selector AS "clusterSelector", namespaces, reason, minutes, state,
        break_glass AS "breakGlass",        decided_by AS "decidedBy", decided_at AS "decidedAt", message, permission_id AS "permissionId",
        created_at AS "createdAt"
      FROM access.access_request WHERE ${condition(account, selection)} ${afterKey}
      ORDER BY ${order} LIMIT ${limit + 1}`;
    return pageOf(check(rows), limit);
  }

  /** The different scopes of an account's requests. */
  scopes(account: string): Promise<ScopeColumns[]> {
    return this.database.$queryRaw<ScopeColumns[]>`
      SELECT DISTINCT region_id AS "regionId", cluster_id AS "clusterId", cluster_selector AS "clusterSelector", namespaces
      FROM access.access_request WHERE account = ${account}`;
  }
}

function condition(account: string, { at, state, visible }: AccessRequestSelection): Prisma.Sql {
  const conditions = [Prisma.sql`account = ${account}`];
  const isExpired = Prisma.sql`(state = 'PENDING' AND created_at <= ${expiryOf(at)})`;
  if (state === 'EXPIRED') conditions.push(isExpired);
  else if (state) conditions.push(Prisma.sql`state = ${state} AND NOT ${isExpired}`);
  if (visible)
    conditions.push(Prisma.sql`(${SCOPE} = ANY(${visible.scopes.map(scopeKey)}::jsonb[])
      OR principal_id = ANY(${[...visible.principalIds]}::text[]))`);
  return Prisma.join(conditions, ' AND ');
}
