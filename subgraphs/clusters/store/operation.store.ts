import { operationKinds } from '../../../engine/operations/operation-kinds.js';
import {
  checkOperations,
  OPERATION_COLUMNS,
  type OperationRow,
} from '../../../engine/operations/operation-row.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { keyset } from '../../../kernel/postgres/keyset.js';
import { createdAtColumn, type SortedPageRequest, type Sorting } from '../../../kernel/sorting.js';
import { Prisma } from '../../../prisma/generated/client.js';
import type { Reach } from '../../../access/model/cluster-filter.js';
import { andInClusters } from '../../runtime/store/cluster-condition.js';
import { type ChildTable, countChildren, selectChildPages } from './child-pages.js';
import type { Children } from './children.js';

export type { OperationRow };

export type OperationOrderField = 'CREATED_AT';

export const operationSorting: Sorting<OperationRow, OperationOrderField> = {
  byId: 'DESC',
  columns: { CREATED_AT: createdAtColumn },
};

/** Filter of a list of operations; all conditions must match. */
export interface OperationFilter {
  readonly states?: readonly string[] | null;
  readonly kinds?: readonly string[] | null;
  readonly clusterId?: string | null;
  readonly targetId?: string | null;
}

/** A validated list request. */
export interface OperationPageQuery extends SortedPageRequest<OperationRow> {
  readonly account: string;
  readonly filter: OperationFilter;
  /** What the caller may read. */
  readonly reach: Reach;
}

const byCluster: ChildTable = {
  table: 'engine.operation',
  columns: OPERATION_COLUMNS,
  parent: 'cluster_id',
};

/** Reads operations. */
export class OperationStore {
  constructor(private readonly database: Database | Transaction) {}

  readonly byIds = (account: string, ids: readonly string[]): Promise<OperationRow[]> =>
    this.database.operation.findMany({ where: { account, id: { in: [...ids] } } }).then(checkOperations);

  /** Operations on clusters and their resources, newest first. */
  readonly ofClusters: Children<OperationRow, OperationOrderField> = {
    byIds: this.byIds,
    sorting: operationSorting,
    pages: (query) => selectChildPages<OperationRow>(this.database, byCluster, query).then(checkOperations),
    totals: (account, clusters) => countChildren(this.database, byCluster, account, clusters),
    parentOf: (operation) => operation.clusterId,
  };

  page({ account, filter, reach, limit, sort, key }: OperationPageQuery): Promise<OperationRow[]> {
    const { afterKey: beyond, order } = keyset(sort, key);
    return this.database.$queryRaw<OperationRow[]>`
      SELECT ${Prisma.raw(OPERATION_COLUMNS)} FROM engine.operation
      WHERE ${restriction(account, filter)} ${andInClusters(reach)} ${beyond} ORDER BY ${order} LIMIT ${limit}`.then(
      checkOperations,
    );
  }

  async count(account: string, filter: OperationFilter, reach: Reach): Promise<number> {
    const rows = await this.database.$queryRaw<{ total: number }[]>`
      SELECT count(*)::int AS total FROM engine.operation WHERE ${restriction(account, filter)} ${andInClusters(reach)}`;
    return rows[0]?.total ?? 0;
  }
}

function restriction(account: string, filter: OperationFilter): Prisma.Sql {
  const { states, kinds, clusterId, targetId } = filter;
  const parts = [
    Prisma.sql`account = ${account}`,
    states ? Prisma.sql`state = ANY(${[...states]}::text[])` : undefined,
    kinds ? ofKinds(kinds) : undefined,
    clusterId == null ? undefined : Prisma.sql`cluster_id = ${clusterId}`,
    targetId == null ? undefined : Prisma.sql`target_id = ${targetId}`,
  ];
  return Prisma.join(
    parts.filter((part) => part !== undefined),
    ' AND ',
  );
}

function ofKinds(kinds: readonly string[]): Prisma.Sql {
  const named = Prisma.sql`type = ANY(${[...kinds]}::text[])`;
  if (!kinds.includes('OTHER')) return named;
  return Prisma.sql`(${named} OR type <> ALL(${Object.keys(operationKinds)}::text[]))`;
}

/** Ids of the unfinished operations of a cluster or on one target. */
export async function unfinishedOperations(
  tx: Transaction,
  of: { readonly clusterId: string } | { readonly targetId: string },
): Promise<string[]> {
  const rows = await tx.operation.findMany({
    where: { ...of, state: { in: ['PENDING', 'RUNNING'] } },
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  return rows.map((row) => row.id);
}

/** Reads an operation of any account by id. */
export function findOperation(db: Database | Transaction, id: string): Promise<OperationRow | null> {
  return db.operation.findUnique({ where: { id } }).then(checkOperations);
}

/** Returns those of the operations that autoscaling started and that failed, at least in part, since a time. */
export async function failedAutoscaling(
  database: Database,
  ids: readonly string[],
  { trigger, since }: { readonly trigger: string; readonly since: Date },
): Promise<Set<string>> {
  const rows = await database.operation.findMany({
    where: {
      id: { in: [...ids] },
      state: { in: ['PARTIAL', 'FAILED'] },
      finishedAt: { gt: since },
      input: { path: ['trigger'], equals: trigger },
    },
    select: { id: true },
  });
  return new Set(rows.map(({ id }) => id));
}

/** Reads an operation that the transaction has locked. */
export function readLockedOperation(tx: Transaction, id: string): Promise<OperationRow> {
  return tx.operation.findUniqueOrThrow({ where: { id } }).then(checkOperations);
}
