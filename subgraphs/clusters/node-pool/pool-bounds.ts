import type { ScalingBounds, ScalingGroup } from '../../../engine/providers/pool-infrastructure.js';
import type { Prisma } from '../reconcile/reconcile.store.js';
import { MAX_POOL_SIZE } from './node-pool.rules.js';

/** A scaling group as it was seen last: the column `scalingGroup`. */
export interface SeenGroup extends ScalingBounds {
  readonly id: string;
  readonly state: 'ACTIVE' | 'DELETED';
  readonly checkedAt: string;
}

interface BoundedPool {
  readonly desiredSize: number;
  readonly autoscaling: unknown;
}

/** The bounds that a pool's group must have: those of its autoscaling, or 0 and 2000 without. */
export function boundsOf({ desiredSize, autoscaling }: BoundedPool): ScalingBounds {
  const auto = autoscaling as { enabled: boolean; minSize: number; maxSize: number } | null;
  if (!auto?.enabled) return { minSize: 0, maxSize: MAX_POOL_SIZE, desiredSize };
  return { minSize: auto.minSize, maxSize: auto.maxSize, desiredSize };
}

export function sameBounds(a: ScalingBounds, b: ScalingBounds): boolean {
  return a.minSize === b.minSize && a.maxSize === b.maxSize && a.desiredSize === b.desiredSize;
}

export function seenGroupOf({ scalingGroup }: { readonly scalingGroup: unknown }): SeenGroup | null {
  return scalingGroup as SeenGroup | null;
}

/** What is remembered of a group. */
export function seenGroup(group: ScalingGroup, at: Date): Prisma.InputJsonObject {
  const { id, state, minSize, maxSize, desiredSize } = group;
  return { id, state, minSize, maxSize, desiredSize, checkedAt: at.toISOString() };
}
