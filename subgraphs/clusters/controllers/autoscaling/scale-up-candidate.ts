import type { NodePool } from '../../store/reconcile.store.js';
import type { ScalablePool } from '../../model/autoscaling.plan.js';

/** A pool with autoscaling and the limits of its scale-up. */
export interface Candidate extends ScalablePool {
  readonly pool: NodePool;
  /** Number of running nodes. */
  readonly size: number;
  /** Whether a recent scale-up failed; an immediate retry would fail for the same reason. */
  readonly hasPartialScaleUp: boolean;
}
