import type { ScalingBounds, ScalingGroup } from '../../../engine/providers/node-pool-provider.js';
import { autoscalingOf, MAX_POOL_SIZE } from './node-pool.rules.js';

/** The last observed state of a scaling group: the column `scalingGroup`. */
export interface ObservedScalingGroup extends ScalingBounds {
  readonly id: string;
  readonly state: 'ACTIVE' | 'DELETED';
  readonly checkedAt: string;
}

export interface BoundedPool {
  readonly desiredSize: number;
  readonly autoscaling: unknown;
}

/**
 * The bounds that the pool's scaling group must have: those of its autoscaling, with desiredSize between them.
 * Without autoscaling: 0 and the quota of instances per scaling group (null: unlimited). A lowered quota does not
 * remove instances.
 */
export function boundsOf(pool: BoundedPool, limit: number | null): ScalingBounds {
  const { desiredSize } = pool;
  const auto = enabledOf(pool);
  if (auto) {
    const { minSize, maxSize } = auto;
    return { minSize, maxSize, desiredSize: Math.min(maxSize, Math.max(minSize, desiredSize)) };
  }
  const maxSize = Math.max(desiredSize, Math.min(limit ?? MAX_POOL_SIZE, MAX_POOL_SIZE));
  return { minSize: 0, maxSize, desiredSize };
}

export function minSizeOf(pool: BoundedPool): number {
  return enabledOf(pool)?.minSize ?? 0;
}

/** How many nodes above its desired size autoscaling permits; without autoscaling only the quotas limit the pool. */
export function remainingSize(pool: BoundedPool): number {
  const auto = enabledOf(pool);
  return auto ? Math.max(0, auto.maxSize - pool.desiredSize) : Infinity;
}

export function enabledOf(pool: Pick<BoundedPool, 'autoscaling'>) {
  const auto = autoscalingOf(pool);
  return auto?.enabled ? auto : undefined;
}

export function isSameBounds(a: ScalingBounds, b: ScalingBounds): boolean {
  return a.minSize === b.minSize && a.maxSize === b.maxSize && a.desiredSize === b.desiredSize;
}

export function observedScalingGroup({
  scalingGroup,
}: {
  readonly scalingGroup: unknown;
}): ObservedScalingGroup | null {
  return scalingGroup as ObservedScalingGroup | null;
}

/** A scaling group as the graph returns it. */
export interface ScalingGroupView<Pool> extends Omit<ObservedScalingGroup, 'state'> {
  readonly state: 'ACTIVE' | 'MISSING';
  readonly pool: Pool;
}

/** The pool's scaling group; null until it is created. */
export function scalingGroupOf<Pool extends { readonly scalingGroup: unknown }>(
  pool: Pool,
): ScalingGroupView<Pool> | null {
  const observed = observedScalingGroup(pool);
  return observed && { ...observed, state: observed.state === 'DELETED' ? 'MISSING' : 'ACTIVE', pool };
}

/** The observed state to store. */
export function toStoredScalingGroup(group: ScalingGroup, at: Date): ObservedScalingGroup {
  const { id, state, minSize, maxSize, desiredSize } = group;
  return { id, state, minSize, maxSize, desiredSize, checkedAt: at.toISOString() };
}
