import { createOperation } from '../../../../engine/operations/operations.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import { updateCluster } from '../../store/cluster.store.js';
import { eventOf } from '../../model/cluster-events.js';
import type { NodeDifferences } from '../node-pool/observed-nodes.js';
import { deleteLostNodes, markNodesRemoving } from '../node-pool/delete-lost-nodes.js';
import { updateNodePool } from '../../store/node-pool.store.js';
import { type PoolDriftCheck, recordPoolDrift, subjectOf } from './pool-drift.js';
import { nextPoolState } from '../../model/pool-states.js';
import { target } from '../../changes/pool-spec.js';

/**
 * Replaces nodes whose instances no longer exist or are about to be reclaimed, up to the pool's desired size. True if
 * there were any.
 */
export async function replaceMissingNodes(
  check: PoolDriftCheck,
  { lost, reclaimed }: NodeDifferences,
): Promise<boolean> {
  const { pool, cluster, nodes } = check;
  const state = nextPoolState(pool.state as Parameters<typeof nextPoolState>[0], 'REFILL');
  if (!state || lost.length + reclaimed.length === 0) return false;
  const trigger = reclaimed.length > 0 ? 'SPOT_RECLAIM' : 'REFILL';
  const working = nodes.filter((node) => node.state !== 'failed').length;
  const fromSize = working - lost.length - reclaimed.length;
  await recordPoolDrift(check, async (tx, at) => {
    const subject = subjectOf(check);
    const events = await deleteLostNodes(tx, { subject, account: pool.account, lost });
    await markNodesRemoving(tx, reclaimed, {
      drain: true,
      release: true,
      reason: 'SPOT_RECLAIM',
      since: at.toISOString(),
    });
    const operation = await createOperation(
      tx,
      {
        ...target(pool),
        type: 'SCALE_NODE_POOL',
        stages: ['NODES'],
        // Nodes that failed before are retried, too.
        requested: Math.max(0, pool.desiredSize - fromSize),
        input: { fromSize, toSize: pool.desiredSize, trigger },
      },
      at,
    );
    await updateNodePool(tx, pool.id, { state, generation: { increment: 1 }, operationId: operation.id });
    await updateCluster(tx, cluster.id, { state: 'SCALING' });
    await enqueue(tx, 'node-pool', pool.id);
    const notices = reclaimed.map(({ id, name, instanceId }) =>
      eventOf(
        { ...subject, operationId: operation.id },
        'SPOT_RECLAIM_NOTICED',
        `The cloud takes back the spot instance of the node ${name}; it is drained and replaced.`,
        { level: 'WARNING', data: { nodeId: id, name, instanceId } },
      ),
    );
    return [...events, ...notices];
  });
  return true;
}
