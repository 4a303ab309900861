import type { Schedule } from '../../../../engine/contract.js';
import { enqueueAll } from '../../../../engine/jobs/queue.js';
import { pagesById } from './pages-by-id.js';
import { clustersWithPools } from '../../store/reconcile.store.js';

/** Clusters read in one statement. */
const BATCH = 500;

/** Which clusters are enqueued, when, and for which reconciler. */
export interface PoolSchedule extends Omit<Schedule, 'run'> {
  /** The reconciler, whose keys are ids of clusters. */
  readonly kind: string;
  /** States of the clusters. */
  readonly states: readonly string[];
  /** JSON that the columns of a pool must contain; a cluster matches if one of its pools contains one of these. */
  readonly pools: readonly object[];
}

/** Enqueues clusters because of their node pools. */
export function poolSchedule({ kind, states, pools, ...schedule }: PoolSchedule): Schedule {
  return {
    ...schedule,
    async run({ database, signal }) {
      const clusters = clustersWithPools(database, { states, pools, take: BATCH });
      for await (const rows of pagesById(clusters, signal)) await enqueueAll(database, kind, rows);
    },
  };
}
