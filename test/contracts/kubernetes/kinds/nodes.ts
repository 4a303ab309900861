import type { KindContract } from './kind-contract.js';

export const nodeKinds: readonly KindContract[] = [
  {
    version: 'v1',
    kind: 'Node',
    plural: 'nodes',
    clusterScoped: true,
    minimal: {},
    invalid: {
      'a taint without key': [
        { spec: { taints: [{ effect: 'NoSchedule' }] } },
        'FieldValueInvalid metadata.taints[0].key',
        'FieldValueInvalid metadata.taints[0].key',
      ],
      'a taint without effect': [
        { spec: { taints: [{ key: 'a' }] } },
        'FieldValueRequired metadata.taints[0].effect',
      ],
      'a taint whose value has a space': [
        { spec: { taints: [{ key: 'a', value: 'b c', effect: 'NoSchedule' }] } },
        'FieldValueInvalid metadata.taints[0].value',
      ],
      'two pod ranges of one family': [
        { spec: { podCIDR: '192.0.2.0/25', podCIDRs: ['192.0.2.0/25', '192.0.2.128/25'] } },
        'FieldValueInvalid spec.podCIDRs',
      ],
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
