import type { ScalingBounds, ScalingGroup } from '../../../../engine/providers/node-pool-provider.js';
import { eventOf } from '../../model/cluster-events.js';
import { scalingGroupMissingEvent, healthOf } from '../node-pool/ensure-scaling-group.js';
import { updateNodePool, saveNodePoolStatus } from '../../store/node-pool.store.js';
import { type PoolDriftCheck, recordPoolDrift, subjectOf } from './pool-drift.js';
import { nextPoolState } from '../../model/pool-states.js';
import { desiredBounds } from '../../changes/scaling-group-bounds.js';
import { isSameBounds, toStoredScalingGroup, observedScalingGroup } from '../../model/scaling-group.js';

/**
 * Compares a pool's scaling group with its bounds; restores bounds that were changed outside the platform and applies
 * bounds of a changed quota. False if the group no longer exists: the pool is then permanently UNHEALTHY.
 */
export async function restoreScalingGroup(
  check: PoolDriftCheck,
  found: ScalingGroup | undefined,
): Promise<boolean> {
  const { pool } = check;
  const seen = observedScalingGroup(pool);
  if (!seen) return true;
  if (found?.state !== 'ACTIVE') {
    await recordMissing(check, found);
    return false;
  }
  const desired = await desiredBounds(check.scope.database, pool);
  if (!isSameBounds(found, desired)) await repair(check, found, desired);
  return true;
}

async function recordMissing(check: PoolDriftCheck, found: ScalingGroup | undefined): Promise<void> {
  const { pool, cluster } = check;
  const seen = observedScalingGroup(pool)!;
  const state = nextPoolState(pool.state, 'GROUP_LOST');
  if (!state) return;
  await recordPoolDrift(check, async (tx, at) => {
    const { id, minSize, maxSize, desiredSize } = found ?? seen;
    const gone = { id, state: 'DELETED', minSize, maxSize, desiredSize } as const;
    await updateNodePool(tx, pool.id, {
      state,
      scalingGroup: { ...gone, checkedAt: at.toISOString() },
      ...healthOf(pool, gone, at),
    });
    return [scalingGroupMissingEvent(pool, cluster.id)];
  });
}

async function repair(check: PoolDriftCheck, found: ScalingGroup, desired: ScalingBounds): Promise<void> {
  const { pool, cluster, dependencies } = check;
  const group = await dependencies.provider.ensureScalingGroup(cluster.id, pool.id, desired);
  await recordPoolDrift(check, async (tx, at) => {
    await saveNodePoolStatus(tx, pool.id, { scalingGroup: toStoredScalingGroup(group, at) });
    if (isSameBounds(found, observedScalingGroup(pool)!)) return [];
    const { minSize, maxSize, desiredSize } = found;
    const text =
      `The scaling group of the node pool ${pool.name} was changed outside the platform to ${minSize} to ${maxSize} instances, ${desiredSize} desired; ` +
      `its bounds are ${desired.minSize} to ${desired.maxSize}, ${desired.desiredSize} desired, again.`;
    const data = { found: { minSize, maxSize, desiredSize }, restored: { ...desired } };
    return [eventOf(subjectOf(check), 'SCALING_GROUP_REPAIRED', text, { level: 'WARNING', data })];
  });
}
