import { accessKinds } from './access.js';
import { admissionKinds } from './admission.js';
import { apiServiceKinds } from './api-services.js';
import { attachedVolumeKinds } from './attached-volumes.js';
import { certificateKinds } from './certificates.js';
import { configurationKinds } from './configuration.js';
import { deviceKinds } from './devices.js';
import { flowControlKinds } from './flow-control.js';
import type { KindContract } from './kind-contract.js';
import { networkKinds } from './network.js';
import { nodeKinds } from './nodes.js';
import { podKinds } from './pods.js';
import { scalingKinds } from './scaling.js';
import { serviceRangeKinds } from './service-ranges.js';
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
  ...apiServiceKinds,
  ...nodeKinds,
  ...flowControlKinds,
  ...certificateKinds,
  ...attachedVolumeKinds,
  ...serviceRangeKinds,
  ...deviceKinds,
];
