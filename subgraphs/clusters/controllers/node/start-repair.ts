import type { ReconcileContext } from '../../../../engine/contract.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import { eventTransaction } from '../../../../engine/events/event-transaction.js';
import { newId } from '../../../../kernel/ids.js';
import type { Transaction } from '../../../../kernel/postgres/database.js';
import { configOf, type ManagementConfig } from '../../model/pool-config.rules.js';
import { eventOf } from '../../model/cluster-events.js';
import { OPEN_REPAIRS, type RepairState } from '../../model/node-repair-states.js';
import { nodeStatesFor } from '../../model/node-states.js';
import type { NodeRow } from '../../store/node.store.js';

/** After a repair that did not help, the next one of the node waits this long. */
const PAUSE_MS = 30 * 60_000;

/** What decides whether a node is repaired now. */
export interface RepairCase {
  readonly management: ManagementConfig;
  /** Nodes of the pool that are being repaired. */
  readonly open: number;
  /** Whether this node is. */
  readonly mine: boolean;
  /** When a repair of this node failed last. */
  readonly failedAt: Date | null;
  readonly now: Date;
}

/** Whether the pool's policy allows a repair now. */
export function mayRepair({ management, open, mine, failedAt, now }: RepairCase): boolean {
  if (!management.autoRepair || mine || open >= management.maxUnavailable) return false;
  return failedAt === null || now.getTime() - failedAt.getTime() >= PAUSE_MS;
}

/** Begins the repair of a node that is not ready, when its pool is managed and its policy allows it now. */
export async function startRepair(node: NodeRow, { database, clock }: ReconcileContext): Promise<void> {
  const { nodePoolId } = node;
  if (nodePoolId === null) return;
  const pool = await database.nodePool.findUnique({ where: { id: nodePoolId } });
  if (!pool || !configOf(pool).management.autoRepair) return;
  const at = clock.now();
  await eventTransaction(database, at, async (tx) => {
    // Two nodes of a pool are counted one after the other.
    await tx.$executeRaw`SELECT 1 FROM clusters.node_pool WHERE id = ${nodePoolId} FOR UPDATE`;
    const now = await tx.nodePool.findUnique({ where: { id: nodePoolId } });
    if (!now || now.deletedAt || now.state === 'DELETING') return;
    if ((await tx.node.count({ where: { id: node.id, state: { in: nodeStatesFor('REPAIR') } } })) === 0)
      return;
    const { management } = configOf(now);
    if (!mayRepair({ management, now: at, ...(await repairsOf(tx, nodePoolId, node.id)) })) return;
    const id = newId('nodeRepair');
    const state: RepairState = 'RESTART_WANTED';
    const message = `The node ${node.name} is not ready; it is restarted.`;
    const { account, clusterId, id: nodeId, name: nodeName } = node;
    await tx.nodeRepair.create({
      data: { id, account, clusterId, nodePoolId, nodeId, nodeName, state, message, startedAt: at },
    });
    await enqueue(tx, 'node-repair', id);
    const subject = { cluster: { id: clusterId }, pool: { id: nodePoolId } };
    const data = { nodeId, name: nodeName, repairId: id };
    tx.emit(account, eventOf(subject, 'NODE_REPAIR_STARTED', message, { level: 'WARNING', data }));
  });
}

async function repairsOf(tx: Transaction, nodePoolId: string, nodeId: string) {
  const open = await tx.nodeRepair.findMany({
    where: { nodePoolId, state: { in: [...OPEN_REPAIRS] } },
    select: { nodeId: true },
  });
  const failed = await tx.nodeRepair.findFirst({
    where: { nodeId, state: 'FAILED' },
    orderBy: { id: 'desc' },
    select: { finishedAt: true },
  });
  return {
    open: open.length,
    mine: open.some((repair) => repair.nodeId === nodeId),
    failedAt: failed?.finishedAt ?? null,
  };
}
