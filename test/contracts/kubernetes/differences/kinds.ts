import type { Difference } from './difference.js';

export const kinds: readonly Difference[] = [
  {
    reason: 'Some defaults and rules of ConfigMap are missing.',
    titles: [
      'ConfigMap: refuses a label key without a name',
      'ConfigMap: refuses an annotation key with two slashes',
      'ConfigMap: refuses annotations of more than 256 KiB',
      'ConfigMap: refuses a finalizer without a domain',
      'ConfigMap: refuses an owner without uid',
      'ConfigMap: refuses two controllers',
    ],
  },
  {
    reason: 'Some defaults and rules of LimitRange are missing.',
    titles: ['LimitRange: refuses a minimum above the maximum'],
  },
  {
    reason: 'Some defaults and rules of StatefulSet are missing.',
    titles: [
      'StatefulSet: creates the smallest object with its defaults',
      'StatefulSet: refuses OnDelete with parameters of a rolling update',
      'StatefulSet: refuses a negative partition',
      'StatefulSet: refuses to change the name of its Service',
      'StatefulSet: refuses to change the claim templates',
    ],
  },
  {
    reason: 'Some defaults and rules of DaemonSet are missing.',
    titles: ['DaemonSet: refuses both surge and unavailability'],
  },
  {
    reason: 'Some defaults and rules of ControllerRevision are missing.',
    titles: [
      'ControllerRevision: refuses no data',
      'ControllerRevision: refuses a negative revision',
      'ControllerRevision: refuses to change the data',
    ],
  },
  {
    reason: 'ReplicationController is not served.',
    titles: [
      'ReplicationController: creates the smallest object with its defaults',
      'ReplicationController: refuses negative replicas',
      'ReplicationController: refuses no template',
    ],
  },
  {
    reason: 'Some defaults and rules of Job are missing.',
    titles: [
      'Job: creates the smallest object with its defaults',
      'Job: refuses pods that are restarted always',
      'Job: refuses negative parallelism',
      'Job: refuses a negative backoffLimit',
      'Job: refuses Indexed without completions',
      'Job: refuses to change completions',
      'Job: refuses to change the template',
    ],
  },
  {
    reason: 'Some defaults and rules of PodDisruptionBudget are missing.',
    titles: ['PodDisruptionBudget: refuses more than 100 percent'],
  },
  {
    reason: 'Some defaults and rules of Endpoints are missing.',
    titles: [
      'Endpoints: creates the smallest object with its defaults',
      'Endpoints: refuses an address that is none',
      'Endpoints: refuses a loopback address',
    ],
  },
  {
    reason: 'Some defaults and rules of EndpointSlice are missing.',
    titles: [
      'EndpointSlice: creates the smallest object with its defaults',
      'EndpointSlice: refuses an endpoint without addresses',
      'EndpointSlice: refuses an address of another family',
      'EndpointSlice: refuses to change the addressType',
    ],
  },
  {
    reason: 'Some defaults and rules of NetworkPolicy are missing.',
    titles: ['NetworkPolicy: refuses an unknown policyType'],
  },
  {
    reason: 'Some defaults and rules of PersistentVolumeClaim are missing.',
    titles: [
      'PersistentVolumeClaim: refuses no access mode',
      'PersistentVolumeClaim: refuses no size',
      'PersistentVolumeClaim: refuses a size of zero',
      'PersistentVolumeClaim: refuses to change the access modes',
    ],
  },
  {
    reason: 'Some defaults and rules of PersistentVolume are missing.',
    titles: [
      'PersistentVolume: creates the smallest object with its defaults',
      'PersistentVolume: refuses no source',
      'PersistentVolume: refuses two sources',
      'PersistentVolume: refuses no capacity',
      'PersistentVolume: refuses no access mode',
      'PersistentVolume: refuses to change the source',
    ],
  },
  {
    reason: 'Some defaults and rules of Node are missing.',
    titles: [
      'Node: refuses a taint of an unknown effect',
      'Node: refuses two equal taints',
      'Node: refuses a pod range that is none',
    ],
  },
];
