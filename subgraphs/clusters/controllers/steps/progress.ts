import { setProgress } from '../../../../engine/operations/operations.js';
import type { EventTransaction } from '../../../../engine/events/event-transaction.js';
import { ATTACH_INSTANCES, ATTACHED } from '../../model/node-pool.plan.js';
import type { PoolStep } from './node-pool-step.js';
import { countClusterNodes, countPoolNodes } from '../../store/node-changes.store.js';

/** Share of a cluster's creation that the control plane accounts for; the nodes are the rest. */
const CONTROL_PLANE_SHARE = 0.5;
/** Progress is below 1 until the operation ends. */
const MAX_RUNNING_PROGRESS = 0.99;

/** Records how many nodes of the operation were created and have failed. */
export async function recordProgress(tx: EventTransaction, { pool, operation }: PoolStep): Promise<void> {
  if (!operation) return;
  const own = operation.targetId === pool.id;
  // Other operations on the cluster, e.g. an upgrade, record their own progress.
  if (!own && operation.type !== 'CREATE_CLUSTER') return;
  const { running, failed } = own
    ? await countPoolNodes(tx, pool, operation.type === ATTACH_INSTANCES ? ATTACHED : null)
    : await countClusterNodes(tx, pool.clusterId);
  const share = operation.requested
    ? Math.min(MAX_RUNNING_PROGRESS, (running + failed) / operation.requested)
    : 0;
  const progress = own ? share : CONTROL_PLANE_SHARE + (1 - CONTROL_PLANE_SHARE) * share;
  await setProgress(tx, operation.id, { created: running, failed, progress });
}
