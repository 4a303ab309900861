import { checkedColumns, type CheckedRow, oneOf } from '../../../kernel/postgres/checked-columns.js';
import { z } from 'zod';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import type { ClusterCheck, Prisma } from '../../../prisma/generated/client.js';
import { CHECK_STATES, CHECK_TYPES } from '../model/cluster-check.enums.js';
import { NODE_STATUSES } from '../model/node.enums.js';
import { NODE_STATES } from '../model/node-states.js';
import type { ClusterCheckItem, RecordedNode } from '../model/cluster-check.rules.js';

const checks = {
  type: oneOf(CHECK_TYPES),
  state: oneOf(CHECK_STATES),
  items: z.array(
    z.looseObject({
      name: z.string(),
      level: z.string(),
      result: z.enum(['PASSED', 'FAILED']),
      message: z.string(),
      fix: z.string().nullable(),
    }),
  ),
};

export type ClusterCheckRow = CheckedRow<ClusterCheck, typeof checks>;

const checkRecordedNodes = checkedColumns('clusters.node', 'name', {
  state: oneOf(NODE_STATES),
  status: oneOf(NODE_STATUSES),
});

const checkRows = checkedColumns('clusters.cluster_check', 'id', checks);

/** Maximum number of stored checks per cluster. */
const KEPT = 20;

export interface NewCheck extends Omit<ClusterCheckRow, 'items'> {
  readonly items: readonly ClusterCheckItem[];
}

/** Reads and stores checks of clusters. */
export class ClusterCheckStore {
  constructor(private readonly database: Database) {}

  readonly byIds = (account: string, ids: readonly string[]): Promise<ClusterCheckRow[]> =>
    this.database.clusterCheck.findMany({ where: { account, id: { in: [...ids] } } }).then(checkRows);

  /** Stores a check and deletes all but the newest 20 of its cluster. */
  insert({ items, ...check }: NewCheck): Promise<ClusterCheckRow> {
    const data = { ...check, items: items as unknown as Prisma.InputJsonArray };
    return this.database.$transaction(async (tx) => {
      const row = await tx.clusterCheck.create({ data }).then(checkRows);
      await deleteOldChecks(tx, check.clusterId);
      return row;
    });
  }

  /** Reads the recorded fields of nodes that upgrade checks use. */
  nodes(clusterId: string): Promise<RecordedNode[]> {
    return this.database.node
      .findMany({
        where: { clusterId },
        select: { name: true, version: true, state: true, status: true },
        orderBy: [{ version: 'asc' }, { state: 'asc' }, { status: 'asc' }],
      })
      .then(checkRecordedNodes);
  }
}

async function deleteOldChecks(tx: Transaction, clusterId: string): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM clusters.cluster_check WHERE cluster_id = ${clusterId} AND id < (
      SELECT min(id) FROM (SELECT id FROM clusters.cluster_check WHERE cluster_id = ${clusterId}
                           ORDER BY id DESC LIMIT ${KEPT}) AS newest)`;
}
