import type { Kubelets } from '../kubernetes/cluster/context.js';
import { kubelets } from './kubelet.js';
import { containerUsage, nodeUsage } from './usage.js';

/** The simulated kubelets as the control plane calls them. */
export const simulatedKubelets: Kubelets = { run: kubelets, containerUsage, nodeUsage };
