import { withCondition } from '../../model/conditions.js';
import { eventOf } from '../../model/cluster-events.js';
import type { Node } from '../../store/reconcile.store.js';
import type { NodeDifferences, ObservedState } from '../node-pool/observed-nodes.js';
import { updateNodePool } from '../../store/node-pool.store.js';
import { type PoolDriftCheck, recordPoolDrift, subjectOf } from './pool-drift.js';
import { type PoolNodeDrift, driftOf } from '../../model/node-drift.js';

/**
 * Records and publishes when nodes were deleted in Kubernetes or removed from the scaling group while their instances
 * still run, and when that drift has ended.
 */
export async function detectNodeDrift(
  check: PoolDriftCheck,
  { unregistered, moved }: Pick<NodeDifferences, 'unregistered' | 'moved'>,
  { names }: ObservedState,
): Promise<void> {
  const { pool } = check;
  if (!names) return;
  const now = { missingInKubernetes: namesOf(unregistered), missingInScalingGroup: namesOf(moved) };
  const before = driftOf(pool);
  if (isSame(now, before)) return;
  const count = new Set([...unregistered, ...moved]).size;
  await recordPoolDrift(check, async (tx, at) => {
    const drifted = count > 0;
    const text = drifted
      ? `${unregistered.length} nodes of the node pool ${pool.name} are not in Kubernetes, ${moved.length} not in its scaling group, but their instances run. Use syncNodePool.`
      : `The nodes of the node pool ${pool.name} are all in Kubernetes and in its scaling group again.`;
    await updateNodePool(tx, pool.id, {
      drift: drifted ? { ...now, observedAt: at.toISOString() } : null,
      conditions: withCondition(
        pool,
        { type: 'InSync', status: drifted ? 'False' : 'True', reason: reasonOf(now), message: text },
        at,
      ),
    });
    return [
      eventOf(subjectOf(check), drifted ? 'NODE_POOL_DRIFTED' : 'NODE_POOL_IN_SYNC', text, {
        level: drifted ? 'WARNING' : 'INFO',
        data: now,
      }),
    ];
  });
}

type Names = Omit<PoolNodeDrift, 'observedAt'>;

function namesOf(nodes: readonly Node[]): string[] {
  return nodes.map(({ name }) => name).sort();
}

function isSame(now: Names, before: PoolNodeDrift | null): boolean {
  const { missingInKubernetes = [], missingInScalingGroup = [] } = before ?? {};
  return (
    now.missingInKubernetes.join() === [...missingInKubernetes].join() &&
    now.missingInScalingGroup.join() === [...missingInScalingGroup].join()
  );
}

function reasonOf({ missingInKubernetes, missingInScalingGroup }: Names): string {
  if (missingInKubernetes.length > 0) return 'NodeDeletedInKubernetes';
  return missingInScalingGroup.length > 0 ? 'InstanceDetached' : 'Synchronized';
}
