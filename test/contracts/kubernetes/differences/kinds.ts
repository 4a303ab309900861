import type { Difference } from './difference.js';

export const kinds: readonly Difference[] = [
  {
    reason: 'Some defaults and rules of ConfigMap are missing.',
    titles: [
      'ConfigMap: refuses a key with a slash',
      'ConfigMap: refuses a key in data and binaryData',
      'ConfigMap: refuses a label key without a name',
      'ConfigMap: refuses an annotation key with two slashes',
      'ConfigMap: refuses annotations of more than 256 KiB',
      'ConfigMap: refuses a finalizer without a domain',
      'ConfigMap: refuses an owner without uid',
      'ConfigMap: refuses two controllers',
    ],
  },
  {
    reason: 'Some defaults and rules of Secret are missing.',
    titles: [
      'Secret: refuses a key with a slash',
      'Secret: refuses a TLS Secret without key',
      'Secret: refuses an image pull Secret that is no JSON',
      'Secret: refuses a basic authentication without user and password',
      'Secret: refuses a token without the name of its service account',
      'Secret: refuses to change the type',
    ],
  },
  {
    reason: 'LimitRange is not served.',
    titles: ['LimitRange: refuses a minimum above the maximum'],
  },
  {
    reason: 'Some defaults and rules of Lease are missing.',
    titles: ['Lease: refuses a duration of zero', 'Lease: refuses negative transitions'],
  },
  {
    reason: 'Some defaults and rules of Pod are missing.',
    titles: [
      'Pod: refuses two containers of one name',
      'Pod: refuses an init container with the name of a container',
      'Pod: refuses a port above 65535',
      'Pod: refuses a port without a number',
      'Pod: refuses two ports of one name',
      'Pod: refuses a port name without a letter',
      'Pod: refuses an environment variable with a value and a source',
      'Pod: refuses an environment variable from an unknown field',
      'Pod: refuses a mount of a volume that it does not have',
      'Pod: refuses a volume with two sources',
      'Pod: refuses two volumes of one name',
      'Pod: refuses a resource of an unknown name',
      'Pod: refuses a probe with two handlers',
      'Pod: refuses a probe without handler',
      'Pod: refuses a liveness probe that must succeed twice',
      'Pod: refuses a deadline of zero',
      'Pod: refuses an image with a leading space',
      'Pod: refuses a host name with dots',
      'Pod: refuses host aliases without an address',
      'Pod: refuses a privileged container without privilege escalation',
      'Pod: refuses dnsPolicy None without servers',
    ],
  },
  {
    reason: 'Some defaults and rules of Deployment are missing.',
    titles: [
      'Deployment: refuses no selector',
      'Deployment: refuses an empty selector',
      'Deployment: refuses an unknown operator in the selector',
      'Deployment: refuses Recreate with parameters of a rolling update',
      'Deployment: refuses an unknown strategy',
      'Deployment: refuses neither surge nor unavailability',
      'Deployment: refuses a surge that is no percentage',
      'Deployment: refuses a progress deadline that is not after minReadySeconds',
      'Deployment: refuses a negative revisionHistoryLimit',
      'Deployment: refuses pods that are not restarted',
      'Deployment: refuses a deadline of its pods',
    ],
  },
  {
    reason: 'Some defaults and rules of ReplicaSet are missing.',
    titles: ['ReplicaSet: refuses negative minReadySeconds'],
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
    titles: [
      'DaemonSet: refuses both surge and unavailability',
      'DaemonSet: refuses pods that are not restarted',
    ],
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
    reason: 'CronJob is not served.',
    titles: [
      'CronJob: creates the smallest object with its defaults',
      'CronJob: refuses no schedule',
      'CronJob: refuses a schedule with an hour of 25',
      'CronJob: refuses an unknown time zone',
      'CronJob: refuses a schedule that names a time zone',
      'CronJob: refuses an unknown concurrencyPolicy',
      'CronJob: refuses a name of more than 52 characters',
    ],
  },
  {
    reason: 'Some defaults and rules of PodDisruptionBudget are missing.',
    titles: ['PodDisruptionBudget: refuses more than 100 percent'],
  },
  {
    reason: 'Some defaults and rules of Service are missing.',
    titles: [
      'Service: refuses two ports of one number',
      'Service: refuses a port name with capitals',
      'Service: refuses a node port of a cluster-internal Service',
      'Service: refuses an external name that is none',
      'Service: refuses an external Service without name',
      'Service: refuses a headless node port Service',
      'Service: refuses to change the address',
    ],
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
    reason: 'NetworkPolicy is not served.',
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
    reason: 'Some defaults and rules of StorageClass are missing.',
    titles: [
      'StorageClass: refuses to change the provisioner',
      'StorageClass: refuses to change the parameters',
      'StorageClass: refuses to change the reclaimPolicy',
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
