import { checkedColumns, type CheckedRow, oneOf } from '../../../kernel/postgres/checked-columns.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import type { Sorting } from '../../../kernel/sorting.js';
import type { NodeRepair } from '../../../prisma/generated/client.js';
import {
  OPEN_REPAIRS,
  REPAIR_STATES,
  type RepairState,
  repairStatesBefore,
} from '../model/node-repair-states.js';
import { type ChildTable, countChildren, selectChildPages } from './child-pages.js';
import type { Children } from './children.js';

const checks = { state: oneOf(REPAIR_STATES) };

export type NodeRepairRow = CheckedRow<NodeRepair, typeof checks>;

const checkRepairs = checkedColumns('clusters.node_repair', 'id', checks);

export type NodeRepairOrderField = 'STARTED_AT';

const sorting: Sorting<NodeRepairRow, NodeRepairOrderField> = {
  byId: 'DESC',
  columns: {
    STARTED_AT: {
      column: 'started_at',
      type: 'timestamptz',
      value: ({ startedAt }) => startedAt.toISOString(),
    },
  },
};

const columns = `id, account, cluster_id AS "clusterId", node_pool_id AS "nodePoolId", node_id AS "nodeId",
  node_name AS "nodeName", state, system_disk_reset AS "systemDiskReset", message, started_at AS "startedAt",
  finished_at AS "finishedAt"`;
const byPool: ChildTable = {
  table: 'clusters.node_repair',
  columns,
  parent: 'node_pool_id',
};

/** Reads repairs of nodes. */
export class NodeRepairStore {
  constructor(private readonly database: Database | Transaction) {}

  readonly byIds = (account: string, ids: readonly string[]): Promise<NodeRepairRow[]> =>
    this.database.nodeRepair.findMany({ where: { account, id: { in: [...ids] } } }).then(checkRepairs);

  /** Repairs of pools, newest first. */
  readonly ofPools: Children<NodeRepairRow, NodeRepairOrderField> = {
    byIds: this.byIds,
    sorting,
    pages: (query) => selectChildPages<NodeRepairRow>(this.database, byPool, query).then(checkRepairs),
    totals: (account, pools) => countChildren(this.database, byPool, account, pools),
    parentOf: (repair) => repair.nodePoolId,
  };
}

export function findRepair(database: Database, id: string): Promise<NodeRepairRow | null> {
  return database.nodeRepair.findUnique({ where: { id } }).then(checkRepairs);
}

export async function insertRepair(
  tx: Transaction,
  repair: Omit<NodeRepairRow, 'finishedAt' | 'systemDiskReset'>,
): Promise<void> {
  await tx.nodeRepair.create({ data: repair });
}

/** Moves a repair to a state; false if its state does not allow the transition. */
export async function updateRepair(
  db: Database | Transaction,
  id: string,
  { state, ...more }: { readonly state: RepairState } & Partial<NodeRepairRow>,
): Promise<boolean> {
  const { count } = await db.nodeRepair.updateMany({
    where: { id, state: { in: repairStatesBefore(state) } },
    data: { state, ...more },
  });
  return count > 0;
}

/** Ids of the nodes of a pool that are being repaired. */
export async function nodesInRepair(tx: Transaction, nodePoolId: string): Promise<string[]> {
  const rows = await tx.nodeRepair.findMany({
    where: { nodePoolId, state: { in: [...OPEN_REPAIRS] } },
    select: { nodeId: true },
  });
  return rows.map(({ nodeId }) => nodeId);
}

/** End of the last failed repair of a node; null if none failed. */
export async function lastFailedRepair(tx: Transaction, nodeId: string): Promise<Date | null> {
  const failed = await tx.nodeRepair.findFirst({
    where: { nodeId, state: 'FAILED' },
    orderBy: { id: 'desc' },
    select: { finishedAt: true },
  });
  return failed?.finishedAt ?? null;
}
