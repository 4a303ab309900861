import type { Kubelets } from '../kubernetes/cluster/context.js';
import { kubelets } from './kubelet.js';
import { logLines } from './log-lines.js';
import { containerUsage, nodeUsage } from './usage.js';

/** The kubelets that the simulated control plane works with. */
export const simulatedKubelets: Kubelets = { controller: kubelets, logLines, containerUsage, nodeUsage };
