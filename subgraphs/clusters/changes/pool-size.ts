import { enqueue } from '../../../engine/jobs/queue.js';
import type { EventTransaction } from '../../../engine/events/event-transaction.js';
import { ProblemError } from '../../../kernel/result.js';
import { reservedNodes, reserveScaleUp } from './quota.reservations.js';
import { configOf } from '../model/pool-config.js';
import { updateNodePool } from '../store/node-pool.store.js';
import { nextPoolState, poolStateProblem } from '../model/pool-states.js';
import { updateUpgradeInput } from '../store/upgrade-input.js';
import type { Cluster, NodePool } from '../store/reconcile.store.js';

/** A pool of a locked cluster that is to have another size for the sake of an operation on the cluster. */
export interface PoolSize {
  readonly cluster: Cluster;
  readonly pool: NodePool;
  readonly desiredSize: number;
  readonly operationId: string;
  readonly path: readonly string[];
  /** Other instances, which it has from now on. */
  readonly more?: { readonly instanceTypes: string[] };
}

/** Whether the pool takes another size; one without its scaling group makes and removes nothing any more. */
export function canResize({ state }: Pick<NodePool, 'state'>): boolean {
  return nextPoolState(state, 'RESIZE') !== undefined;
}

/**
 * Sets the desired size of a pool, or retries the same size when nodes are missing. The reconciler of the pool
 * establishes it and enqueues the cluster.
 * Refuses `QUOTA_EXCEEDED`, and `SCALING_GROUP_MISSING` of a pool that makes no nodes any more.
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
