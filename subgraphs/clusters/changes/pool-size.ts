import { enqueue } from '../../../engine/jobs/queue.js';
import type { EventTransaction } from '../../../engine/events/event-transaction.js';
import { ProblemError } from '../../../kernel/result.js';
import { reservedNodes, reserveScaleUp } from './quota.reservations.js';
import { configOf } from '../model/pool-config.js';
import { updateNodePool } from '../store/node-pool.store.js';
import { nextPoolState, poolStateProblem } from '../model/pool-states.js';
import { updateUpgradeInput } from '../store/upgrade-input.js';
import type { Cluster, NodePool } from '../store/reconcile.store.js';

/** A pool of a locked cluster that an operation on the cluster resizes. */
export interface PoolSize {
  readonly cluster: Cluster;
  readonly pool: NodePool;
  readonly desiredSize: number;
  readonly operationId: string;
  readonly path: readonly string[];
  /** New instance types of the pool. */
  readonly more?: { readonly instanceTypes: string[] };
}

/** Whether the pool can be resized; without its scaling group it creates and removes no nodes. */
export function canResize({ state }: Pick<NodePool, 'state'>): boolean {
  return nextPoolState(state, 'RESIZE') !== undefined;
}

/**
 * Sets the desired size of a pool, or retries the same size when nodes are missing. The pool's reconciler carries it
 * out and enqueues the cluster. Rejects with `QUOTA_EXCEEDED`, and with `SCALING_GROUP_MISSING` for a pool without
 * its scaling group.
 */
export async function setDesiredPoolSize(tx: EventTransaction, request: PoolSize): Promise<void> {
  const { cluster, pool, desiredSize, operationId, path, more } = request;
  const { account } = cluster;
  const state = nextPoolState(pool.state, 'RESIZE');
  if (!state) throw new ProblemError([poolStateProblem(pool, path)]);
  const reserved = await reservedNodes(tx, account, pool.id);
  const { id, instanceTypes } = { ...pool, ...more };
  const growth = {
    id,
    instanceTypes,
    config: configOf(pool),
    desiredSize: Math.max(0, desiredSize - reserved),
    path,
  };
  await reserveScaleUp(tx, { account, clusterId: cluster.id, product: cluster.product, growth });
  const generation = { increment: 1 };
  await updateNodePool(tx, id, { ...more, desiredSize, operationId, state, generation });
  await updateUpgradeInput(tx, operationId, { resized: { nodePoolId: id, fromSize: pool.desiredSize } });
  await enqueue(tx, 'node-pool', id);
}
