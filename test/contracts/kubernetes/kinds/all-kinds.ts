import { accessKinds } from './access.js';
import { admissionKinds } from './admission.js';
import { configurationKinds } from './configuration.js';
import type { KindContract } from './kind-contract.js';
import { networkKinds } from './network.js';
import { nodeKinds } from './nodes.js';
import { podKinds } from './pods.js';
import { scalingKinds } from './scaling.js';
import { storageKinds } from './storage.js';
import { workloadKinds } from './workloads.js';

export const allKinds: readonly KindContract[] = [
  ...configurationKinds,
  ...podKinds,
  ...workloadKinds,
  ...scalingKinds,
  ...networkKinds,
  ...storageKinds,
  ...accessKinds,
  ...admissionKinds,
  ...nodeKinds,
];
