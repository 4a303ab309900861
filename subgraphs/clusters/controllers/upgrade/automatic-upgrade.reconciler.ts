import {
  done,
  type NewEvent,
  type Reconciler,
  type ReconcileContext,
  type Schedule,
} from '../../../../engine/contract.js';
import { eventTransaction } from '../../../../engine/events/event-transaction.js';
import { poolSchedule } from '../steps/pool-schedule.js';
import { ClusterCatalogStore } from '../../store/catalog.store.js';
import { blockedMessage } from '../../model/cluster-check.rules.js';
import { UpgradeChecks } from '../../inspection/upgrade-checks.js';
import { lockCluster, updateCluster, findCluster, readLockedCluster } from '../../store/cluster.store.js';
import { scheduledChangesOf, windowInUse } from '../../store/maintenance-window.store.js';
import type { ReconcilerDependencies } from '../steps/node-pool-step.js';
import { configOf } from '../../model/pool-config.js';
import { conditionsOf, withCondition } from '../../model/conditions.js';
import { type Cluster, changeCluster } from '../../store/reconcile.store.js';
import { eventOf } from '../../model/cluster-events.js';
import { unlessSuperseded } from '../steps/run-steps.js';
import { automaticTarget } from '../../model/automatic-upgrade.rules.js';
import { startUpgrade } from '../../changes/start-upgrade.js';
import { UPGRADE_CLUSTER } from '../../model/upgrade.rules.js';
import { poolsOfCluster } from '../../store/node-pool.store.js';

const AUTOMATIC_UPGRADE = 'automatic-upgrade';
/** The condition for whether an automatic upgrade is blocked; absent until the first one was blocked. */
const CONDITION = 'AutomaticUpgradePossible';

/**
 * Schedules upgrades of clusters whose node pools allow automatic upgrades, in their maintenance windows. Failed
 * checks are published once, as an event and a condition. Keys are cluster ids.
 */
export function createAutomaticUpgradeReconciler({
  kubernetes,
}: Pick<ReconcilerDependencies, 'kubernetes'>): Reconciler {
  return {
    kind: AUTOMATIC_UPGRADE,
    async reconcile(key, scope) {
      const cluster = await findCluster(scope.database, key);
      if (cluster?.state !== 'RUNNING') return done;
      // Not cached: versions are published while the platform runs.
      const catalog = new ClusterCatalogStore(scope.database);
      const { versions } = await catalog.read();
      const target = automaticTarget(versions, cluster.version, await poolUpgradePermissions(scope, key));
      if (target === undefined) return done;
      const platform = { database: { prisma: scope.database }, kubernetes, clock: scope.clock };
      const blockers = await new UpgradeChecks(platform, catalog).blockersOf(cluster, target);
      return unlessSuperseded(async () => {
        if (blockers.length > 0) await recordBlocked(scope, cluster, blockedMessage(blockers));
        else await requestUpgrade(scope, cluster, target);
        return done;
      });
    },
  };
}

async function poolUpgradePermissions({ database }: ReconcileContext, clusterId: string) {
  const pools = await poolsOfCluster(database, { clusterId });
  return pools.map((pool) => configOf(pool).management);
}

/** Requires an enabled maintenance window, which limits when the cluster may be disrupted. */
async function requestUpgrade(
  { database, clock }: ReconcileContext,
  { account, id }: Cluster,
  version: string,
): Promise<void> {
  const at = clock.now();
  await eventTransaction(database, at, async (tx) => {
    const cluster = await lockCluster(tx, account, id);
    if (cluster?.state !== 'RUNNING' || !(await windowInUse(tx, id))) return;
    if ((await scheduledChangesOf(tx, id)).some(({ type }) => type === UPGRADE_CLUSTER)) return;
    if (conditionsOf(cluster).some(({ type }) => type === CONDITION)) {
      const message = `Nothing blocks the upgrade to ${version}.`;
      const change = { type: CONDITION, status: 'True', reason: 'Unblocked', message } as const;
      await updateCluster(tx, id, { conditions: withCondition(cluster, change, at) });
    }
    await startUpgrade(tx, cluster, { version, timing: 'MAINTENANCE_WINDOW', at });
  });
}

async function recordBlocked(scope: ReconcileContext, cluster: Cluster, message: string): Promise<void> {
  await changeCluster(scope, cluster, async (tx, at): Promise<NewEvent[]> => {
    const row = await readLockedCluster(tx, cluster.id);
    const condition = conditionsOf(row).find(({ type }) => type === CONDITION);
    if (condition?.status === 'False' && condition.message === message) return [];
    const change = { type: CONDITION, status: 'False', reason: 'UpgradeBlocked', message } as const;
    await updateCluster(tx, cluster.id, { conditions: withCondition(row, change, at) });
    const text = `The automatic upgrade of the cluster ${cluster.name} is blocked: ${message}`;
    return [eventOf({ cluster }, 'AUTOMATIC_UPGRADE_BLOCKED', text, { level: 'WARNING' })];
  });
}

/** Enqueues running clusters that have a node pool with autoUpgrade or autoVulFix once an hour. */
export function automaticUpgradeSchedule(): Schedule {
  return poolSchedule({
    name: 'upgrade-automatically',
    cron: '17 * * * *',
    kind: AUTOMATIC_UPGRADE,
    states: ['RUNNING'],
    pools: [
      { config: { management: { autoUpgrade: true } } },
      { config: { management: { autoVulFix: true } } },
    ],
  });
}
