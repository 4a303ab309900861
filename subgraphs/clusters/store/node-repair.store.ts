import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import type { Sorting } from '../../../kernel/sorting.js';
import type { NodeRepair } from '../../../prisma/generated/client.js';
import { type ChildTable, countChildren, selectChildPages } from './child-pages.js';
import type { Children } from './children.js';

export type NodeRepairRow = NodeRepair;

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
    this.database.nodeRepair.findMany({ where: { account, id: { in: [...ids] } } });

  /** Repairs of pools, newest first. */
  readonly ofPools: Children<NodeRepairRow, NodeRepairOrderField> = {
    byIds: this.byIds,
    sorting,
    pages: (query) => selectChildPages<NodeRepairRow>(this.database, byPool, query),
    totals: (account, pools) => countChildren(this.database, byPool, account, pools),
    parentOf: (repair) => repair.nodePoolId,
  };
}
