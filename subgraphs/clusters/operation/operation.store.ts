import { operationKinds } from '../../../engine/operation-kinds.js';
import { OPERATION_COLUMNS } from '../../../engine/operations.js';
import type { Database, Transaction } from '../../../kernel/database.js';
import { type Operation, Prisma } from '../../../prisma/generated/client.js';
import { type ChildTable, countChildren, selectChildPages } from '../child-page.store.js';
import type { Children } from '../loading.js';
import type { OperationFilter } from './operation.type.js';

export type OperationRow = Operation;

/** A checked list request, newest first; `after` is the id of the last operation seen. */
export interface OperationPageQuery {
  readonly account: string;
  readonly filter: OperationFilter;
  readonly limit: number;
  readonly after: string | undefined;
}

const byCluster: ChildTable = {
  table: 'engine.operation',
  columns: OPERATION_COLUMNS,
  parent: 'cluster_id',
  descending: true,
};

/** Reads operations. */
export class OperationStore {
  constructor(private readonly database: Database | Transaction) {}

  readonly byIds = (account: string, ids: readonly string[]): Promise<OperationRow[]> =>
    this.database.operation.findMany({ where: { account, id: { in: [...ids] } } });

  /** Operations on clusters and what belongs to them, newest first. */
  readonly ofClusters: Children<OperationRow> = {
    byIds: this.byIds,
    pages: (query) => selectChildPages<OperationRow>(this.database, byCluster, query),
    totals: (account, clusters) => countChildren(this.database, byCluster, account, clusters),
    parentOf: (operation) => operation.clusterId,
  };

  page({ account, filter, limit, after }: OperationPageQuery): Promise<OperationRow[]> {
    return this.database.operation.findMany({
      where: { ...restriction(account, filter), ...(after && { id: { lt: after } }) },
      orderBy: { id: 'desc' },
      take: limit,
    });
  }

  count(account: string, filter: OperationFilter): Promise<number> {
    return this.database.operation.count({ where: restriction(account, filter) });
  }
}

function restriction(account: string, filter: OperationFilter): Prisma.OperationWhereInput {
  return {
    account,
    ...(filter.state && { state: { in: filter.state } }),
    ...(filter.kinds && ofKinds(filter.kinds)),
    ...(filter.clusterId != null && { clusterId: filter.clusterId }),
    ...(filter.targetId != null && { targetId: filter.targetId }),
  };
}

function ofKinds(kinds: readonly string[]): Prisma.OperationWhereInput {
  const named = { type: { in: [...kinds] } };
  if (!kinds.includes('OTHER')) return named;
  return { OR: [named, { type: { notIn: Object.keys(operationKinds) } }] };
}

/** Ids of the operations of a cluster, or on one target, that have not ended. */
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
