import type { Reconciler, Schedule } from '../../engine/contract.js';
import type { Platform } from '../../engine/platform.js';
import {
  CloudResourceRequestReconciler,
  cloudResourceRequestSchedule,
} from './controllers/cloud-resource-request/cloud-resource-request.reconciler.js';
import {
  autoscalingSchedule,
  createAutoscalingReconciler,
} from './controllers/autoscaling/autoscaling.reconciler.js';
import { createClusterAccessReconciler } from './controllers/access/cluster-access.reconciler.js';
import { clusterAccessSchedule } from './controllers/access/cluster-access.schedule.js';
import { createClusterReconciler } from './controllers/cluster/cluster.reconciler.js';
import { componentDriftSchedule } from './controllers/component/component-drift.schedule.js';
import { createComponentReconciler } from './controllers/component/component.reconciler.js';
import { createPreinstalledReconciler } from './controllers/component/preinstalled.reconciler.js';
import {
  controlPlaneSchedule,
  createControlPlaneReconciler,
} from './controllers/control-plane/control-plane.reconciler.js';
import { createChargeConversionReconciler } from './controllers/charge-conversion/charge-conversion.reconciler.js';
import {
  createPoolDriftReconciler,
  poolDriftSchedule,
} from './controllers/pool-drift/pool-drift.reconciler.js';
import { createNodeRepairReconciler } from './controllers/node/node-repair.reconciler.js';
import { createHighRiskReconciler, highRiskSchedule } from './controllers/high-risk/high-risk.reconciler.js';
import { createNodePoolReconciler } from './controllers/node-pool/node-pool.reconciler.js';
import { createEdgeAutonomyReconciler } from './controllers/edge-autonomy/edge-autonomy.reconciler.js';
import { nodeHealthSchedule } from './controllers/node/node-health.schedule.js';
import { createNodeReconciler } from './controllers/node/node.reconciler.js';
import {
  automaticUpgradeSchedule,
  createAutomaticUpgradeReconciler,
} from './controllers/upgrade/automatic-upgrade.reconciler.js';
import {
  createVersionSupportReconciler,
  versionSupportSchedule,
} from './controllers/version-support/version-support.reconciler.js';
import { createScheduledChangeReconciler } from './controllers/maintenance-window/scheduled-change.reconciler.js';
import { scheduledChanges } from './scheduled-changes.js';

/** The reconcilers of clusters, node pools, nodes and components. */
export function clusterReconcilers({
  provider,
  kubernetes,
}: Pick<Platform, 'provider' | 'kubernetes'>): Reconciler[] {
  const dependencies = { provider, kubernetes };
  return [
    createClusterReconciler(dependencies),
    createClusterAccessReconciler(dependencies),
    createNodePoolReconciler(dependencies),
    createNodeReconciler(dependencies),
    createNodeRepairReconciler(dependencies),
    createPoolDriftReconciler(dependencies),
    createAutoscalingReconciler(dependencies),
    createChargeConversionReconciler(dependencies),
    createEdgeAutonomyReconciler(dependencies),
    createScheduledChangeReconciler(scheduledChanges(dependencies)),
    createComponentReconciler(dependencies),
    createPreinstalledReconciler(dependencies),
    createVersionSupportReconciler(),
    createAutomaticUpgradeReconciler(dependencies),
    createHighRiskReconciler(dependencies),
    createControlPlaneReconciler(dependencies),
    new CloudResourceRequestReconciler(provider),
  ];
}

/** What is done for clusters by the clock. */
export function clusterSchedules({ kubernetes }: Pick<Platform, 'kubernetes'>): Schedule[] {
  return [
    controlPlaneSchedule(),
    poolDriftSchedule(),
    autoscalingSchedule(),
    nodeHealthSchedule({ kubernetes }),
    componentDriftSchedule({ kubernetes }),
    automaticUpgradeSchedule(),
    versionSupportSchedule(),
    highRiskSchedule(),
    cloudResourceRequestSchedule,
    clusterAccessSchedule(),
  ];
}
