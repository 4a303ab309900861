import type { NodePool } from '../../store/reconcile.store.js';
import type { ScalablePool } from '../../model/autoscaling.plan.js';

/** A pool that has autoscaling enabled, with how far it may grow now. */
export interface Candidate extends ScalablePool {
  readonly pool: NodePool;
  /** Nodes that work. */
  readonly size: number;
  /** Whether its last growth fell short a moment ago: asking again would end the same way. */
  readonly fellShort: boolean;
}
