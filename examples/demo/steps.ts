import { chooseRegion } from './steps/choose-region.js';
import { createCluster } from './steps/create-cluster.js';
import { deleteCluster } from './steps/delete-cluster.js';
import { deployWorkload } from './steps/deploy-workload.js';
import { scaleNodes } from './steps/scale-nodes.js';
import { scaleWorkload } from './steps/scale-workload.js';
import { showMetrics } from './steps/show-metrics.js';
import { showQuotas, showQuotasAgain } from './steps/show-quotas.js';
import { showScaling } from './steps/show-scaling.js';
import { writeKubeconfig } from './steps/write-kubeconfig.js';
import type { Step } from './story.js';

/** The whole way of a platform engineer, in order. */
export const steps: readonly Step[] = [
  chooseRegion,
  showQuotas,
  createCluster,
  writeKubeconfig,
  deployWorkload,
  scaleNodes,
  scaleWorkload,
  showScaling,
  showMetrics,
  showQuotasAgain,
  deleteCluster,
];
