import type { NewEvent, ReconcileContext } from '../../../../engine/contract.js';
import { type EventTransaction, eventTransaction } from '../../../../engine/events/event-transaction.js';
import type { Subject } from '../../model/cluster-events.js';
import type { Cluster, Node, NodePool } from '../../store/reconcile.store.js';
import type { ReconcilerDependencies } from '../steps/node-pool-step.js';
import { lockPoolState } from '../../store/node-pool.store.js';

/** A pool and the context of its drift check. */
export interface PoolDriftCheck {
  readonly cluster: Cluster;
  readonly pool: NodePool;
  readonly nodes: readonly Node[];
  readonly scope: ReconcileContext;
  readonly dependencies: ReconcilerDependencies;
  /** Cluster states in which changes are recorded; only RUNNING if omitted. */
  readonly states?: readonly string[];
}

export function subjectOf({ cluster, pool }: PoolDriftCheck): Subject {
  return { cluster, pool };
}

/**
 * Records the result of a drift check in one transaction if the pool is unchanged since it was read and the cluster
 * is in one of `states`. Locks the cluster, then the pool, as every change does. False if it is not; the next drift
 * check retries.
 */
export async function recordPoolDrift(
  { pool, scope, states = ['RUNNING'] }: PoolDriftCheck,
  work: (tx: EventTransaction, at: Date) => Promise<readonly NewEvent[]>,
): Promise<boolean> {
  const at = scope.clock.now();
  return eventTransaction(scope.database, at, async (tx) => {
    const now = await lockPoolState(tx, pool);
    if (!states.includes(now.clusterState ?? '') || now.resourceVersion !== pool.resourceVersion)
      return false;
    tx.emit(pool.account, ...(await work(tx, at)));
    return true;
  });
}
