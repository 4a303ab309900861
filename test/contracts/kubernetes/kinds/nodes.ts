import type { KindContract } from './kind-contract.js';

export const nodeKinds: readonly KindContract[] = [
  {
    version: 'v1',
    kind: 'Node',
    plural: 'nodes',
    clusterScoped: true,
    minimal: {},
    invalid: {
      'a taint of an unknown effect': [
        { spec: { taints: [{ key: 'a', effect: 'Maybe' }] } },
        'FieldValueNotSupported metadata.taints[0].effect',
      ],
      'two equal taints': [
        {
          spec: {
            taints: [
              { key: 'a', effect: 'NoSchedule' },
              { key: 'a', effect: 'NoSchedule' },
            ],
          },
        },
        'FieldValueDuplicate metadata.taints[1]',
      ],
      'a pod range that is none': [
        { spec: { podCIDR: 'all', podCIDRs: ['all'] } },
        'FieldValueInvalid spec.podCIDRs[0]',
      ],
    },
  },
];
