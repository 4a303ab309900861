import type { KindContract } from './kind-contract.js';

const VERSION = 'resource.k8s.io/v1';
const devices = { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu.example.com' } }] };

export const deviceKinds: readonly KindContract[] = [
  {
    version: VERSION,
    kind: 'DeviceClass',
    plural: 'deviceclasses',
    clusterScoped: true,
    minimal: { spec: {} },
  },
  {
    version: VERSION,
    kind: 'ResourceClaim',
    plural: 'resourceclaims',
    minimal: { spec: { devices } },
    immutable: {
      'the devices': [{ spec: { devices: { requests: null } } }, 'FieldValueInvalid spec'],
    },
  },
  {
    version: VERSION,
    kind: 'ResourceClaimTemplate',
    plural: 'resourceclaimtemplates',
    minimal: { spec: { spec: { devices } } },
  },
];
