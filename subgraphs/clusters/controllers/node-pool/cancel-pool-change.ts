import { inPool, type PoolStep } from '../steps/node-pool-step.js';
import type { StepOutcome } from '../steps/run-steps.js';
import { markRemoving } from '../../store/node-changes.store.js';
import { minSizeOf } from '../../model/scaling-group.js';
import { updateNodePool } from '../../store/node-pool.store.js';

/**
 * A cancelled change: the pool keeps its existing nodes. Nodes that were not started are removed, and the desired
 * size becomes the number of remaining nodes, at least the pool's minimum. The following steps run as usual and
 * create no missing nodes.
 */
export async function cancelPoolChange(step: PoolStep): Promise<StepOutcome | undefined> {
  const { pool, nodes, operation } = step;
  if (!operation?.cancelRequestedAt) return undefined;
  const keep = nodes.filter(({ state }) => state === 'starting' || state === 'running');
  const drop = nodes.filter(({ state }) => state === 'pending' || state === 'failed');
  const desiredSize = Math.min(pool.desiredSize, Math.max(minSizeOf(pool), keep.length));
  if (drop.length === 0 && pool.desiredSize === desiredSize) return undefined;
  await inPool(step, async (tx) => {
    await markRemoving(
      tx,
      drop.map(({ id }) => id),
    );
    await updateNodePool(tx, pool.id, { desiredSize });
    return [];
  });
  return 'again';
}
