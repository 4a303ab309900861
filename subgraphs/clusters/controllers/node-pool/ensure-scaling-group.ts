import type { ScalingGroup } from '../../../../engine/providers/node-pool-provider.js';
import { type Condition, isConditionTrue, withCondition } from '../../model/conditions.js';
import { eventOf } from '../../model/cluster-events.js';
import type { NodePool } from '../../store/reconcile.store.js';
import { inPool, type PoolStep } from '../steps/node-pool-step.js';
import type { StepOutcome } from '../steps/run-steps.js';
import { desiredBounds } from '../../changes/scaling-group-bounds.js';
import { isSameBounds, toStoredScalingGroup, observedScalingGroup } from '../../model/scaling-group.js';
import { saveNodePoolStatus } from '../../store/node-pool.store.js';

/** Creates the pool's scaling group and sets the bounds of the spec. */
export async function ensurePoolScalingGroup(step: PoolStep): Promise<StepOutcome | undefined> {
  const { pool, cluster, dependencies, scope } = step;
  // A creation that was cancelled early has no resources in the cloud.
  if (!isConditionTrue(cluster, 'ControlPlaneReady')) return undefined;
  const observed = observedScalingGroup(pool);
  if (observed?.state === 'DELETED') return undefined;
  const desired = await desiredBounds(scope.database, pool);
  if (observed && isSameBounds(observed, desired)) return undefined;
  const group = await dependencies.provider.ensureScalingGroup(cluster.id, pool.id, desired);
  await inPool(step, async (tx, at) => {
    await saveNodePoolStatus(tx, pool.id, {
      scalingGroup: toStoredScalingGroup(group, at),
      ...healthOf(pool, group, at),
    });
    return group.state === 'DELETED' ? [scalingGroupMissingEvent(pool, cluster.id)] : [];
  });
  return 'again';
}

/** The condition for whether the pool's scaling group exists. */
export function healthOf(
  pool: Pick<NodePool, 'id' | 'conditions'>,
  { state }: Pick<ScalingGroup, 'state'>,
  at: Date,
): { conditions: Condition[] } {
  const missing = state === 'DELETED';
  const change = missing
    ? ({
        type: 'Healthy',
        status: 'False',
        reason: 'ScalingGroupMissing',
        message: `The scaling group of the node pool ${pool.id} was deleted. Delete the pool and create another.`,
      } as const)
    : ({
        type: 'Healthy',
        status: 'True',
        reason: 'Running',
        message: 'The pool has its scaling group.',
      } as const);
  return { conditions: withCondition(pool, change, at) };
}

/** Event for a scaling group that no longer exists. */
export function scalingGroupMissingEvent(pool: Pick<NodePool, 'id' | 'name'>, clusterId: string) {
  const text = `The scaling group of the node pool ${pool.name} was deleted; create the pool again.`;
  return eventOf({ cluster: { id: clusterId }, pool }, 'SCALING_GROUP_MISSING', text, { level: 'ERROR' });
}
