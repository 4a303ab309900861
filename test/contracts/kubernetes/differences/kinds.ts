import type { Difference } from './difference.js';

export const kinds: readonly Difference[] = [
  {
    reason: 'Some defaults and rules of ConfigMap are missing.',
    titles: [
      'ConfigMap: rejects a label key without a name',
      'ConfigMap: rejects an annotation key with two slashes',
      'ConfigMap: rejects annotations of more than 256 KiB',
      'ConfigMap: rejects a finalizer without a domain',
      'ConfigMap: rejects an owner without uid',
      'ConfigMap: rejects two controllers',
    ],
  },
  {
    reason: 'Some defaults and rules of LimitRange are missing.',
    titles: ['LimitRange: rejects a minimum above the maximum'],
  },
  {
    reason: 'Some defaults and rules of StatefulSet are missing.',
    titles: [
      'StatefulSet: creates the smallest object with its defaults',
      'StatefulSet: rejects OnDelete with parameters of a rolling update',
      'StatefulSet: rejects a negative partition',
      'StatefulSet: refuses to change the name of its Service',
      'StatefulSet: refuses to change the claim templates',
    ],
  },
  {
    reason: 'Some defaults and rules of DaemonSet are missing.',
    titles: ['DaemonSet: rejects both surge and unavailability'],
  },
  {
    reason: 'Some defaults and rules of ControllerRevision are missing.',
    titles: [
      'ControllerRevision: rejects no data',
      'ControllerRevision: rejects a negative revision',
      'ControllerRevision: refuses to change the data',
    ],
  },
  {
    reason: 'ReplicationController is not served.',
    titles: [
      'ReplicationController: creates the smallest object with its defaults',
      'ReplicationController: rejects negative replicas',
      'ReplicationController: rejects no template',
    ],
  },
  {
    reason: 'Some defaults and rules of Job are missing.',
    titles: [
      'Job: creates the smallest object with its defaults',
      'Job: rejects pods that are restarted always',
      'Job: rejects negative parallelism',
      'Job: rejects a negative backoffLimit',
      'Job: rejects Indexed without completions',
      'Job: refuses to change completions',
      'Job: refuses to change the template',
    ],
  },
  {
    reason: 'Some defaults and rules of PodDisruptionBudget are missing.',
    titles: ['PodDisruptionBudget: rejects more than 100 percent'],
  },
  {
    reason: 'Some defaults and rules of Endpoints are missing.',
    titles: [
      'Endpoints: creates the smallest object with its defaults',
      'Endpoints: rejects an address that is none',
      'Endpoints: rejects a loopback address',
    ],
  },
  {
    reason: 'Some defaults and rules of EndpointSlice are missing.',
    titles: [
      'EndpointSlice: creates the smallest object with its defaults',
      'EndpointSlice: rejects an endpoint without addresses',
      'EndpointSlice: rejects an address of another family',
      'EndpointSlice: refuses to change the addressType',
    ],
  },
  {
    reason: 'Some defaults and rules of NetworkPolicy are missing.',
    titles: ['NetworkPolicy: rejects an unknown policyType'],
  },
  {
    reason: 'Some defaults and rules of PersistentVolumeClaim are missing.',
    titles: [
      'PersistentVolumeClaim: rejects no access mode',
      'PersistentVolumeClaim: rejects no size',
      'PersistentVolumeClaim: rejects a size of zero',
      'PersistentVolumeClaim: refuses to change the access modes',
    ],
  },
  {
    reason: 'Some defaults and rules of PersistentVolume are missing.',
    titles: [
      'PersistentVolume: creates the smallest object with its defaults',
      'PersistentVolume: rejects no source',
      'PersistentVolume: rejects two sources',
      'PersistentVolume: rejects no capacity',
      'PersistentVolume: rejects no access mode',
      'PersistentVolume: refuses to change the source',
    ],
  },
  {
    reason: 'Some defaults and rules of Node are missing.',
    titles: [
      'Node: rejects a taint of an unknown effect',
      'Node: rejects two equal taints',
      'Node: rejects a pod range that is none',
    ],
  },
];
