import type { ReconcileContext } from '../../../../engine/contract.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import { eventTransaction } from '../../../../engine/events/event-transaction.js';
import { newId } from '../../../../kernel/ids.js';
import type { Transaction } from '../../../../kernel/postgres/database.js';
import { configOf, type ManagementConfig } from '../../model/pool-config.js';
import { eventOf } from '../../model/cluster-events.js';
import type { RepairState } from '../../model/node-repair-states.js';
import { type NodeRow, isRepairable } from '../../store/node.store.js';
import { findNodePool, lockNodePool } from '../../store/node-pool.store.js';
import { insertRepair, lastFailedRepair, nodesInRepair } from '../../store/node-repair.store.js';

/** Milliseconds between a failed repair and the next repair of the same node. */
const PAUSE_MS = 30 * 60_000;

/** Inputs for the decision whether a node is repaired now. */
export interface RepairCase {
  readonly management: ManagementConfig;
  /** Nodes of the pool that are being repaired. */
  readonly open: number;
  /** Whether this node is being repaired. */
  readonly mine: boolean;
  /** Time of the last failed repair of this node. */
  readonly failedAt: Date | null;
  readonly now: Date;
}

/** Whether the pool's policy allows a repair now. */
export function mayRepair({ management, open, mine, failedAt, now }: RepairCase): boolean {
  if (!management.autoRepair || mine || open >= management.maxUnavailable) return false;
  return failedAt === null || now.getTime() - failedAt.getTime() >= PAUSE_MS;
}

/** Starts the repair of a node that is not Ready if its managed pool allows it. */
export async function startRepair(node: NodeRow, { database, clock }: ReconcileContext): Promise<void> {
  const { nodePoolId } = node;
  if (nodePoolId === null) return;
  const pool = await findNodePool(database, nodePoolId);
  if (!pool || !configOf(pool).management.autoRepair) return;
  const at = clock.now();
  await eventTransaction(database, at, async (tx) => {
    // The pool's lock serializes the check of maxUnavailable.
    const now = await lockNodePool(tx, node.account, nodePoolId);
    if (!now || now.state === 'DELETING' || !(await isRepairable(tx, node.id))) return;
    const { management } = configOf(now);
    if (!mayRepair({ management, now: at, ...(await repairsOf(tx, nodePoolId, node.id)) })) return;
    const id = newId('nodeRepair');
    const state: RepairState = 'RESTART_REQUESTED';
    const message = `The node ${node.name} is not ready; it is restarted.`;
    const { account, clusterId, id: nodeId, name: nodeName } = node;
    const repair = { id, account, clusterId, nodePoolId, nodeId, nodeName, state, message, startedAt: at };
    await insertRepair(tx, repair);
    await enqueue(tx, 'node-repair', id);
    const subject = { cluster: { id: clusterId }, pool: { id: nodePoolId } };
    const data = { nodeId, name: nodeName, repairId: id };
    tx.emit(account, eventOf(subject, 'NODE_REPAIR_STARTED', message, { level: 'WARNING', data }));
  });
}

async function repairsOf(tx: Transaction, nodePoolId: string, nodeId: string) {
  const open = await nodesInRepair(tx, nodePoolId);
  const failedAt = await lastFailedRepair(tx, nodeId);
  return { open: open.length, mine: open.includes(nodeId), failedAt };
}
