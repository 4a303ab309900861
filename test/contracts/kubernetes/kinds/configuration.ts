import type { KindContract } from './kind-contract.js';

export const configurationKinds: readonly KindContract[] = [
  {
    version: 'v1',
    kind: 'ConfigMap',
    plural: 'configmaps',
    immutable: {
      'the name': [
        { metadata: { uid: 'other' } },
        'FieldValueInvalid metadata.uid',
        'FieldValueInvalid metadata.uid',
      ],
    },
    minimal: {},
    invalid: {
      'a key of two dots': [{ data: { '..': '1' } }, 'FieldValueInvalid data[..]'],
      'a name of more than 253 characters': [
        { metadata: { name: 'n'.repeat(254) } },
        'FieldValueInvalid metadata.name',
      ],
      'an event as owner': [
        { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Event', name: 'a', uid: 'b' }] } },
        'FieldValueInvalid metadata.ownerReferences',
      ],
      'both policies of its dependents': [
        { metadata: { finalizers: ['orphan', 'foregroundDeletion'] } },
        'FieldValueInvalid metadata.finalizers',
      ],
      'a key with a slash': [{ data: { 'a/b': '1' } }, 'FieldValueInvalid data[a/b]'],
      'a key in data and binaryData': [
        { data: { a: '1' }, binaryData: { a: 'MQ==' } },
        'FieldValueInvalid data[a]',
      ],
      'a name with capitals': [{ metadata: { name: 'Map' } }, 'FieldValueInvalid metadata.name'],
      'a label value with a space': [
        { metadata: { labels: { a: 'b c' } } },
        'FieldValueInvalid metadata.labels',
      ],
      'a label key without a name': [
        { metadata: { labels: { 'example.com/': 'a' } } },
        'FieldValueInvalid metadata.labels',
        'FieldValueInvalid metadata.labels',
      ],
      'an annotation key with two slashes': [
        { metadata: { annotations: { 'a/b/c': '1' } } },
        'FieldValueInvalid metadata.annotations',
      ],
      'annotations of more than 256 KiB': [
        { metadata: { annotations: { a: 'x'.repeat(262_145) } } },
        'FieldValueTooLong metadata.annotations',
      ],
      'a finalizer without a domain': [
        { metadata: { finalizers: ['hold'] } },
        'FieldValueInvalid metadata.finalizers[0]',
      ],
      'an owner without uid': [
        { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a' }] } },
        'FieldValueInvalid metadata.ownerReferences.uid',
      ],
      'two controllers': [
        {
          metadata: {
            ownerReferences: ['a', 'b'].map((name) => ({
              ...{ apiVersion: 'v1', kind: 'ConfigMap', name, uid: name, controller: true },
            })),
          },
        },
        'FieldValueInvalid metadata.ownerReferences',
      ],
    },
  },
  {
    version: 'v1',
    kind: 'Secret',
    plural: 'secrets',
    minimal: {},
    defaults: { type: 'Opaque' },
    invalid: {
      'an SSH Secret without key': [
        { type: 'kubernetes.io/ssh-auth' },
        'FieldValueRequired data[ssh-privatekey]',
      ],
      'a key of two dots': [{ data: { '..': 'MQ==' } }, 'FieldValueInvalid data[..]'],
      'a key with a slash': [{ data: { 'a/b': 'MQ==' } }, 'FieldValueInvalid data[a/b]'],
      'a TLS Secret without key': [
        { type: 'kubernetes.io/tls', data: { 'tls.crt': 'MQ==' } },
        'FieldValueRequired data[tls.key]',
      ],
      'an image pull Secret that is no JSON': [
        { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'MQ==' } },
        'FieldValueInvalid data[.dockerconfigjson]',
      ],
      'a basic authentication without user and password': [
        { type: 'kubernetes.io/basic-auth' },
        'FieldValueRequired data[username]',
        'FieldValueRequired data[password]',
      ],
      'a token without the name of its service account': [
        { type: 'kubernetes.io/service-account-token' },
        'FieldValueRequired metadata.annotations[kubernetes.io/service-account.name]',
      ],
    },
    immutable: { 'the type': [{ type: 'example.com/other' }, 'FieldValueInvalid type'] },
  },
  { version: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', minimal: {} },
  {
    version: 'v1',
    kind: 'Namespace',
    plural: 'namespaces',
    clusterScoped: true,
    minimal: {},
    defaults: { spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } },
    invalid: {
      'a finalizer without domain': [{ spec: { finalizers: ['hold'] } }, 'FieldValueInvalid spec.finalizers'],
      'a name with dots': [{ metadata: { name: 'a.b' } }, 'FieldValueInvalid metadata.name'],
      'a name of more than 63 characters': [
        { metadata: { name: 'n'.repeat(64) } },
        'FieldValueInvalid metadata.name',
        'FieldValueInvalid metadata.labels',
      ],
    },
  },
  {
    version: 'v1',
    kind: 'LimitRange',
    plural: 'limitranges',
    minimal: { spec: { limits: [{ type: 'Container', max: { cpu: '2' } }] } },
    defaults: {
      spec: {
        limits: [
          { type: 'Container', max: { cpu: '2' }, default: { cpu: '2' }, defaultRequest: { cpu: '2' } },
        ],
      },
    },
    invalid: {
      'an unknown type': [{ spec: { limits: [{ type: 'Node' }] } }, 'FieldValueInvalid spec.limits[0].type'],
      'defaults of pods': [
        { spec: { limits: [{ type: 'Pod', default: { cpu: '1' } }] } },
        'FieldValueForbidden spec.limits[0].default',
      ],
      'a claim without a size': [
        { spec: { limits: [{ type: 'PersistentVolumeClaim', max: { cpu: '1' } }] } },
        'FieldValueRequired spec.limits[0].limits',
      ],
      'a ratio below one': [
        { spec: { limits: [{ type: 'Container', maxLimitRequestRatio: { cpu: '500m' } }] } },
        'FieldValueInvalid spec.limits[0].maxLimitRequestRatio[cpu]',
      ],
      'a default above the maximum': [
        { spec: { limits: [{ type: 'Container', max: { cpu: '1' }, default: { cpu: '2' } }] } },
        'FieldValueInvalid spec.limits[0].defaultRequest[cpu]',
        'FieldValueInvalid spec.limits[0].default[cpu]',
      ],
      'a resource without domain': [
        { spec: { limits: [{ type: 'Container', max: { mood: '1' } }] } },
        'FieldValueInvalid spec.limits[0].max[mood]',
        'FieldValueInvalid spec.limits[0].max[mood]',
        'FieldValueInvalid spec.limits[0].default[mood]',
        'FieldValueInvalid spec.limits[0].default[mood]',
        'FieldValueInvalid spec.limits[0].defaultRequest[mood]',
        'FieldValueInvalid spec.limits[0].defaultRequest[mood]',
      ],
      'a minimum above the maximum': [
        { spec: { limits: [{ type: 'Container', max: { cpu: '1' }, min: { cpu: '2' } }] } },
        'FieldValueInvalid spec.limits[0].min[cpu]',
        'FieldValueInvalid spec.limits[0].default[cpu]',
        'FieldValueInvalid spec.limits[0].defaultRequest[cpu]',
      ],
      'two limits of one type': [
        {
          spec: {
            limits: [
              { type: 'Container', max: { cpu: '1' } },
              { type: 'Container', max: { cpu: '2' } },
            ],
          },
        },
        'FieldValueDuplicate spec.limits[1].type',
      ],
    },
  },
  {
    version: 'v1',
    kind: 'ResourceQuota',
    plural: 'resourcequotas',
    minimal: { spec: { hard: { pods: '10' } } },
    immutable: { 'the scopes': [{ spec: { scopes: ['BestEffort'] } }, 'FieldValueInvalid spec.scopes'] },
    invalid: {
      'a resource that is no name': [
        { spec: { hard: { 'a b': '1' } } },
        'FieldValueInvalid spec.hard[a b]',
        'FieldValueInvalid spec.hard[a b]',
      ],
      'a resource without domain': [
        { spec: { hard: { mood: '1' } } },
        'FieldValueInvalid spec.hard[mood]',
        'FieldValueInvalid spec.hard[mood]',
      ],
      'contradicting scopes': [
        { spec: { scopes: ['Terminating', 'NotTerminating'] } },
        'FieldValueInvalid spec.scopes',
      ],
      'a scope that does not know its resource': [
        { spec: { hard: { services: '1' }, scopes: ['BestEffort'] } },
        'FieldValueInvalid spec.scopes',
      ],
      'a scope selector in nothing': [
        { spec: { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In' }] } } },
        'FieldValueRequired spec.scopeSelector.matchExpressions.values',
      ],
      'a scope selector of an unknown operator': [
        { spec: { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'Is' }] } } },
        'FieldValueInvalid spec.scopeSelector.matchExpressions.operator',
      ],
      'a negative amount': [{ spec: { hard: { pods: '-1' } } }, 'FieldValueInvalid spec.hard[pods]'],
      'half a pod': [{ spec: { hard: { pods: '500m' } } }, 'FieldValueInvalid spec.hard[pods]'],
      'an unknown scope': [{ spec: { scopes: ['Nice'] } }, 'FieldValueInvalid spec.scopes'],
    },
  },
  {
    version: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    plural: 'priorityclasses',
    clusterScoped: true,
    minimal: { value: 10 },
    defaults: { preemptionPolicy: 'PreemptLowerPriority' },
    invalid: {
      'a name of the system': [{ metadata: { name: 'system-mine' } }, 'FieldValueForbidden metadata.name'],
      'a name with an underscore': [{ metadata: { name: 'a_b' } }, 'FieldValueInvalid metadata.name'],
      'a value above one billion': [{ value: 1_000_000_001 }, 'FieldValueForbidden value'],
      'an unknown preemptionPolicy': [
        { preemptionPolicy: 'Perhaps' },
        'FieldValueNotSupported preemptionPolicy',
      ],
    },
    immutable: {
      'the preemptionPolicy': [{ preemptionPolicy: 'Never' }, 'FieldValueInvalid preemptionPolicy'],
      'the value': [{ value: 11 }, 'FieldValueForbidden value'],
    },
  },
  {
    version: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    plural: 'runtimeclasses',
    clusterScoped: true,
    minimal: { handler: 'runc' },
    invalid: {
      'a handler with capitals': [{ handler: 'RunC' }, 'FieldValueInvalid handler'],
      'a node selector that is no label': [
        { scheduling: { nodeSelector: { 'a b': 'c' } } },
        'FieldValueInvalid scheduling.nodeSelector',
      ],
      'two equal tolerations': [
        {
          scheduling: {
            tolerations: [
              { key: 'a', operator: 'Exists' },
              { key: 'a', operator: 'Exists' },
            ],
          },
        },
        'FieldValueDuplicate scheduling.tolerations[1]',
      ],
      'a negative overhead': [
        { overhead: { podFixed: { cpu: '-1' } } },
        'FieldValueInvalid overhead.limits[cpu]',
      ],
      'no handler': [{ handler: null }, 'FieldValueRequired handler'],
    },
    immutable: { 'the handler': [{ handler: 'kata' }, 'FieldValueInvalid handler'] },
  },
  {
    version: 'coordination.k8s.io/v1',
    kind: 'Lease',
    plural: 'leases',
    minimal: { spec: { holderIdentity: 'me', leaseDurationSeconds: 15 } },
    invalid: {
      'a name with a space': [{ metadata: { name: 'a b' } }, 'FieldValueInvalid metadata.name'],
      'a duration of zero': [
        { spec: { leaseDurationSeconds: 0 } },
        'FieldValueInvalid spec.leaseDurationSeconds',
      ],
      'negative transitions': [{ spec: { leaseTransitions: -1 } }, 'FieldValueInvalid spec.leaseTransitions'],
    },
  },
  {
    version: 'apps/v1',
    kind: 'ControllerRevision',
    plural: 'controllerrevisions',
    minimal: { data: { any: 'thing' }, revision: 1 },
    invalid: {
      'no data': [{ data: null }, 'FieldValueRequired data'],
      'a negative revision': [{ revision: -1 }, 'FieldValueInvalid revision'],
    },
    immutable: { 'the data': [{ data: { other: 'thing' } }, 'FieldValueInvalid data'] },
  },
];
