import type { KindContract } from './kind-contract.js';

const VERSION = 'networking.k8s.io/v1';

export const serviceRangeKinds: readonly KindContract[] = [
  {
    version: VERSION,
    kind: 'ServiceCIDR',
    plural: 'servicecidrs',
    clusterScoped: true,
    minimal: { spec: { cidrs: ['192.0.2.0/24'] } },
    invalid: {
      'no range': [{ spec: { cidrs: [] } }, 'FieldValueRequired spec.cidrs'],
      'a range that is none': [{ spec: { cidrs: ['here'] } }, 'FieldValueInvalid spec.cidrs[0]'],
      'two ranges of one family': [
        { spec: { cidrs: ['192.0.2.0/25', '192.0.2.128/25'] } },
        'FieldValueInvalid spec.cidrs',
      ],
    },
  },
  {
    version: VERSION,
    kind: 'IPAddress',
    plural: 'ipaddresses',
    clusterScoped: true,
    name: '192.0.2.77',
    minimal: { spec: { parentRef: { resource: 'services', namespace: 'default', name: 'web' } } },
    invalid: {
      'a name that is no address': [{ metadata: { name: 'here' } }, 'FieldValueInvalid metadata.name'],
      'no parent': [{ spec: { parentRef: null } }, 'FieldValueRequired spec.parentRef'],
    },
  },
];
