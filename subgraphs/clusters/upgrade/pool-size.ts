import { enqueue } from '../../../engine/queue.js';
import type { Transaction } from '../../../kernel/database.js';
import { heldPlaces, reserveGrowth } from '../cluster/quota.reservations.js';
import { configOf } from '../node-pool/pool-config.rules.js';
import { remember } from './upgrade-input.js';
import type { Cluster, NodePool, Prisma } from '../reconcile/reconcile.store.js';

/** A pool of a locked cluster that is to have another size for the sake of an operation on the cluster. */
export interface PoolSize {
  readonly cluster: Cluster;
  readonly pool: NodePool;
  readonly desiredSize: number;
  readonly operationId: string;
  readonly path: readonly string[];
  readonly more?: Prisma.NodePoolUncheckedUpdateInput;
}

/** Wishes another size of a pool; its reconciler makes it true and wakes the cluster. Refuses `QUOTA_EXCEEDED`. */
export async function wishPoolSize(tx: Transaction, wish: PoolSize): Promise<void> {
  const { cluster, pool, desiredSize, operationId, path, more } = wish;
  const { account } = cluster;
  const held = await heldPlaces(tx, account, pool.id);
  const { id, instanceTypes } = pool;
  const growth = {
    id,
    instanceTypes,
    config: configOf(pool),
    desiredSize: Math.max(0, desiredSize - held),
    path,
  };
  await reserveGrowth(tx, { account, clusterId: cluster.id, product: cluster.product, growth });
  await tx.nodePool.update({
    where: { id: pool.id },
    data: {
      ...more,
      desiredSize,
      operationId,
      state: 'SCALING',
      generation: { increment: 1 },
      resourceVersion: { increment: 1 },
    },
  });
  await remember(tx, operationId, { resized: { nodePoolId: pool.id, fromSize: pool.desiredSize } });
  await enqueue(tx, 'node-pool', pool.id);
}
