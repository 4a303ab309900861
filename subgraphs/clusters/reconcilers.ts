import type { Reconciler, Schedule } from '../../engine/contract.js';
import type { Platform } from '../../engine/platform.js';
import { createClusterReconciler } from './cluster/cluster.reconciler.js';
import { createNodePoolReconciler } from './node-pool/node-pool.reconciler.js';
import { nodeHealthSchedule } from './node/node-health.schedule.js';
import { createNodeReconciler } from './node/node.reconciler.js';
import { createScheduledUpgradeReconciler } from './upgrade/scheduled-upgrade.reconciler.js';

/** What makes clusters, node pools and nodes what they are wished to be. */
export function clusterReconcilers({
  provider,
  kubernetes,
}: Pick<Platform, 'provider' | 'kubernetes'>): Reconciler[] {
  const means = { provider, kubernetes };
  return [
    createClusterReconciler(means),
    createNodePoolReconciler(means),
    createNodeReconciler(means),
    createScheduledUpgradeReconciler(means),
  ];
}

/** What is done for clusters by the clock. */
export function clusterSchedules({ kubernetes }: Pick<Platform, 'kubernetes'>): Schedule[] {
  return [nodeHealthSchedule({ kubernetes })];
}
