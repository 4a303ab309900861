import {
  done,
  requeueAfter,
  type Reconciler,
  type ReconcileContext,
  type Schedule,
} from '../../../../engine/contract.js';
import { poolSchedule } from '../steps/pool-schedule.js';
import { hasAutoscaling } from '../../changes/pool-spec.js';
import type { ReconcilerDependencies } from '../steps/node-pool-step.js';
import type { Cluster, NodePool } from '../../store/reconcile.store.js';
import { clientOf } from '../../inspection/cluster-client.js';
import { scaleUp } from './scale-up.js';
import { readClusterSnapshot } from './cluster-snapshot.js';
import { scaleDown } from './scale-down.js';
import { findCluster } from '../../store/cluster.store.js';
import { poolsOfCluster } from '../../store/node-pool.store.js';
import { nodesOfCluster } from '../../store/node.store.js';
import { clearIdleSince } from '../../store/node-changes.store.js';

/** Milliseconds between two checks of a cluster with autoscaling. */
const POLL_MS = 10_000;

/** Scales up the pools of a cluster for unschedulable pods and removes idle nodes. Keys are cluster ids. */
export function createAutoscalingReconciler(dependencies: ReconcilerDependencies): Reconciler {
  return {
    kind: 'autoscaling',
    async reconcile(key, scope) {
      const cluster = await findCluster(scope.database, key);
      if (!cluster || cluster.deletedAt || cluster.state === 'DELETING') return done;
      const pools = await poolsOfCluster(scope.database, { clusterId: key });
      await clearIdleNodes(pools.filter(hasAutoscaling), { clusterId: key, scope });
      if (!pools.some(hasAutoscaling)) return done;
      // Another change of the cluster may alter which pods are unschedulable.
      if (cluster.state === 'RUNNING' && pools.every(isSettled))
        await pollAutoscaling(cluster, pools, { scope, dependencies });
      return requeueAfter(POLL_MS);
    },
  };
}

async function pollAutoscaling(
  cluster: Cluster,
  pools: readonly NodePool[],
  {
    scope,
    dependencies,
  }: { readonly scope: ReconcileContext; readonly dependencies: ReconcilerDependencies },
): Promise<void> {
  const client = await clientOf(cluster.id, { scope, kubernetes: dependencies.kubernetes });
  if (!client) return;
  const nodes = await nodesOfCluster(scope.database, cluster.id);
  const running = nodes.filter(({ state }) => state === 'running');
  const elastic = pools
    .filter(hasAutoscaling)
    .filter(({ state }) => state === 'ACTIVE' || state === 'FAILED');
  const snapshot = await readClusterSnapshot(client, running);
  const view = { cluster, pools: elastic, nodes, snapshot, scope, dependencies };
  if (!(await scaleUp(view))) await scaleDown(view);
}

/** Clears the idle time of nodes whose pools have autoscaling disabled. */
async function clearIdleNodes(
  elastic: readonly NodePool[],
  { clusterId, scope }: { readonly clusterId: string; readonly scope: ReconcileContext },
): Promise<void> {
  await clearIdleSince(
    scope.database,
    clusterId,
    elastic.map(({ id }) => id),
  );
}

function isSettled({ generation, observedGeneration }: NodePool): boolean {
  return observedGeneration >= generation;
}

/** Enqueues every running cluster with autoscaling, in case its own requeue was lost. */
export function autoscalingSchedule(): Schedule {
  return poolSchedule({
    name: 'scale-node-pools',
    cron: '* * * * *',
    kind: 'autoscaling',
    states: ['RUNNING'],
    pools: [{ autoscaling: { enabled: true } }],
  });
}
