import {
  done,
  requeueAfter,
  type Reconciler,
  type ReconcileContext,
  type Schedule,
} from '../../../../engine/contract.js';
import { poolSchedule } from '../steps/pool-schedule.js';
import { adoptInstanceChanges } from './adopt-instance-changes.js';
import { detectNodeDrift } from './detect-node-drift.js';
import { restoreScalingGroup } from './restore-scaling-group.js';
import { replaceMissingNodes } from './replace-missing-nodes.js';
import { drainReclaimedNodes } from '../node-pool/drain-reclaimed-nodes.js';
import { compare, readObservedState } from '../node-pool/observed-nodes.js';
import type { ReconcilerDependencies } from '../steps/node-pool-step.js';
import type { PoolDriftCheck } from './pool-drift.js';
import { type Cluster, readNodesByPool } from '../../store/reconcile.store.js';
import { findCluster } from '../../store/cluster.store.js';
import { poolsOfCluster } from '../../store/node-pool.store.js';

/** Milliseconds between two checks of a cluster with spot instances; their reclaim notice is short. */
const SPOT_POLL_MS = 15_000;
/** States of clusters that are being changed while their nodes run. */
const BUSY: readonly string[] = ['SCALING', 'UPDATING', 'UPGRADING'];

/**
 * Compares the pools of a cluster with the cloud and Kubernetes: changed or deleted scaling groups; released,
 * changed, moved or reclaimed instances; deleted Kubernetes nodes. Keys are cluster ids.
 */
export function createPoolDriftReconciler(dependencies: ReconcilerDependencies): Reconciler {
  return {
    kind: 'pool-drift',
    formerKind: 'pool-audit',
    async reconcile(key, scope) {
      const cluster = await findCluster(scope.database, key);
      if (!cluster || cluster.deletedAt) return done;
      const spot =
        cluster.state === 'RUNNING'
          ? await checkPools(cluster, { scope, dependencies })
          : BUSY.includes(cluster.state) && (await drainReclaimedNodes(cluster, { scope, dependencies }));
      return spot ? requeueAfter(SPOT_POLL_MS) : done;
    },
  };
}

/** Checks the reconciled pools of a cluster; true if it has spot instances. */
async function checkPools(
  cluster: Cluster,
  {
    scope,
    dependencies,
  }: { readonly scope: ReconcileContext; readonly dependencies: ReconcilerDependencies },
): Promise<boolean> {
  const { id } = cluster;
  const pools = await reconciledPools(scope, id);
  if (pools.length === 0) return false;
  const outside = await readObservedState(id, { scope, dependencies });
  const groups = new Map(
    (await dependencies.provider.scalingGroups(id)).map((group) => [group.nodePoolId, group]),
  );
  const nodesOf = await readNodesByPool(scope.database, pools);
  let spot = false;
  for (const pool of pools) {
    const nodes = nodesOf(pool);
    spot ||= nodes.some(({ chargeType }) => chargeType === 'SPOT');
    const check: PoolDriftCheck = { cluster, pool, nodes, scope, dependencies };
    if (!(await restoreScalingGroup(check, groups.get(pool.id)))) continue;
    const findings = compare(nodes, outside);
    await adoptInstanceChanges(check, findings.changed);
    if (!(await replaceMissingNodes(check, findings))) await detectNodeDrift(check, findings, outside);
  }
  return spot;
}

/** Pools without a change in progress. */
async function reconciledPools({ database }: ReconcileContext, clusterId: string) {
  const pools = await poolsOfCluster(database, { clusterId });
  return pools.filter(
    ({ state, generation, observedGeneration }) =>
      (state === 'ACTIVE' || state === 'FAILED') && observedGeneration >= generation,
  );
}

/** Enqueues every running or changing cluster with pools once a minute. */
export function poolDriftSchedule(): Schedule {
  return poolSchedule({
    name: 'check-node-pools',
    formerName: 'audit-node-pools',
    cron: '* * * * *',
    kind: 'pool-drift',
    states: ['RUNNING', ...BUSY],
    pools: [{}],
  });
}
