import type { KindContract, Manifest } from './kind-contract.js';

const spec = {
  group: 'contract.example.com',
  version: 'v1',
  groupPriorityMinimum: 1000,
  versionPriority: 15,
};
const service = { namespace: 'absent', name: 'server' };
const withService = (change: Manifest) => ({ spec: { service: { ...service, ...change } } });

export const apiServiceKinds: readonly KindContract[] = [
  {
    version: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    plural: 'apiservices',
    clusterScoped: true,
    name: 'v1.contract.example.com',
    minimal: { spec },
    invalid: {
      'a name that is not that of its group': [
        { spec: { version: 'v2' } },
        'FieldValueInvalid metadata.name',
      ],
      'a version that is no label': [
        { spec: { version: '1' } },
        'FieldValueInvalid metadata.name',
        'FieldValueInvalid spec.version',
      ],
      'no priority': [
        { spec: { groupPriorityMinimum: 0, versionPriority: 0 } },
        'FieldValueInvalid spec.groupPriorityMinimum',
        'FieldValueInvalid spec.versionPriority',
      ],
      'priorities above their maximum': [
        { spec: { groupPriorityMinimum: 20_001, versionPriority: 1001 } },
        'FieldValueInvalid spec.groupPriorityMinimum',
        'FieldValueInvalid spec.versionPriority',
      ],
      'certificates without a Service': [{ spec: { caBundle: 'YQ==' } }, 'FieldValueInvalid spec.caBundle'],
      'an unverified server without a Service': [
        { spec: { insecureSkipTLSVerify: true } },
        'FieldValueInvalid spec.insecureSkipTLSVerify',
      ],
      'a Service without namespace and name': [
        withService({ namespace: '', name: '' }),
        'FieldValueRequired spec.service.namespace',
        'FieldValueRequired spec.service.name',
      ],
      'a port of a Service that is none': [
        withService({ port: 70_000 }),
        'FieldValueInvalid spec.service.port',
      ],
      'certificates for an unverified server': [
        { spec: { service, caBundle: 'YQ==', insecureSkipTLSVerify: true } },
        'FieldValueInvalid spec.insecureSkipTLSVerify',
      ],
    },
  },
];
