import { checkUpgrade } from './steps/check-upgrade.js';
import { chooseRegion } from './steps/choose-region.js';
import { chooseVersions } from './steps/choose-versions.js';
import { createCluster } from './steps/create-cluster.js';
import { deleteLeftOvers } from './steps/delete-left-overs.js';
import { deleteCluster } from './steps/delete-cluster.js';
import { deployWorkload } from './steps/deploy-workload.js';
import { getKubeconfig } from './steps/get-kubeconfig.js';
import { rejectDowngrade } from './steps/reject-downgrade.js';
import { scaleNodes } from './steps/scale-nodes.js';
import { scaleWorkload } from './steps/scale-workload.js';
import { showMetrics } from './steps/show-metrics.js';
import { showQuotas, showQuotasAgain } from './steps/show-quotas.js';
import { showScaling } from './steps/show-scaling.js';
import { upgradeCluster } from './steps/upgrade-cluster.js';
import type { Step } from './demo-context.js';

/** The steps of each scenario. */
export const scenarios = {
  /** From a region to a deleted cluster. */
  tour: [
    chooseRegion,
    showQuotas,
    createCluster,
    getKubeconfig,
    deployWorkload,
    scaleNodes,
    scaleWorkload,
    showScaling,
    showMetrics,
    showQuotasAgain,
    deleteCluster,
  ],
  /** Upgrades a cluster in use to the next Kubernetes version. */
  upgrade: [
    chooseRegion,
    showQuotas,
    chooseVersions,
    createCluster,
    deployWorkload,
    scaleWorkload,
    checkUpgrade,
    upgradeCluster,
    rejectDowngrade,
    deleteCluster,
  ],
  /** Deletes clusters left by killed runs. */
  clean: [deleteLeftOvers],
} as const satisfies Record<string, readonly Step[]>;

export type ScenarioName = keyof typeof scenarios;
