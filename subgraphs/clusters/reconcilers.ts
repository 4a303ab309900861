import type { Reconciler, Schedule } from '../../engine/contract.js';
import type { Platform } from '../../engine/platform.js';
import { ClaimsReconciler, claimsSchedule } from './claims/claims.reconciler.js';
import { autoscalingSchedule, createAutoscalingReconciler } from './autoscaling/autoscaling.reconciler.js';
import { createClusterReconciler } from './cluster/cluster.reconciler.js';
import { componentDriftSchedule } from './component/component-drift.schedule.js';
import { createComponentReconciler } from './component/component.reconciler.js';
import { createPreinstalledReconciler } from './component/preinstalled.reconciler.js';
import {
  controlPlaneSchedule,
  createControlPlaneReconciler,
} from './control-plane/control-plane.reconciler.js';
import { createChargeConversionReconciler } from './instance/charge-conversion.reconciler.js';
import { createPoolDriftReconciler, poolDriftSchedule } from './node-pool/drift/pool-drift.reconciler.js';
import { createNodeRepairReconciler } from './node/node-repair.reconciler.js';
import { createHighRiskReconciler, highRiskSchedule } from './high-risk/high-risk.reconciler.js';
import { createNodePoolReconciler } from './node-pool/node-pool.reconciler.js';
import { createEdgeAutonomyReconciler } from './edge/edge-autonomy.reconciler.js';
import { nodeHealthSchedule } from './node/node-health.schedule.js';
import { createNodeReconciler } from './node/node.reconciler.js';
import {
  automaticUpgradeSchedule,
  createAutomaticUpgradeReconciler,
} from './upgrade/automatic-upgrade.reconciler.js';
import {
  createVersionSupportReconciler,
  versionSupportSchedule,
} from './version/version-support.reconciler.js';
import { createScheduledChangeReconciler } from './maintenance-window/scheduled-change.reconciler.js';
import { scheduledChanges } from './maintenance-window/scheduled-changes.js';

/** What makes clusters, node pools and nodes what they are wished to be. */
export function clusterReconcilers({
  provider,
  kubernetes,
}: Pick<Platform, 'provider' | 'kubernetes'>): Reconciler[] {
  const means = { provider, kubernetes };
  const scheduledChange = createScheduledChangeReconciler(scheduledChanges(means));
  return [
    createClusterReconciler(means),
    createNodePoolReconciler(means),
    createNodeReconciler(means),
    createNodeRepairReconciler(means),
    createPoolDriftReconciler(means),
    createAutoscalingReconciler(means),
    createChargeConversionReconciler(means),
    createEdgeAutonomyReconciler(means),
    scheduledChange,
    // Under this name an upgrade was scheduled before other changes could be.
    { ...scheduledChange, kind: 'scheduled-upgrade' },
    createComponentReconciler(means),
    createPreinstalledReconciler(means),
    createVersionSupportReconciler(),
    createAutomaticUpgradeReconciler(means),
    createHighRiskReconciler(means),
    createControlPlaneReconciler(means),
    new ClaimsReconciler(provider),
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
    claimsSchedule,
  ];
}
