import type { KindContract } from './kind-contract.js';

export const storageKinds: readonly KindContract[] = [
  {
    version: 'v1',
    kind: 'PersistentVolumeClaim',
    plural: 'persistentvolumeclaims',
    minimal: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
    defaults: {
      metadata: { finalizers: ['kubernetes.io/pvc-protection'] },
      spec: { volumeMode: 'Filesystem' },
      status: { phase: 'Pending' },
    },
    invalid: {
      'a class with capitals': [
        { spec: { storageClassName: 'Fast' } },
        'FieldValueInvalid spec.storageClassName',
      ],
      'a mode for one pod beside another': [
        { spec: { accessModes: ['ReadWriteOncePod', 'ReadWriteOnce'] } },
        'FieldValueForbidden spec.accessModes',
      ],
      'a selector of an unknown operator': [
        { spec: { selector: { matchExpressions: [{ key: 'a', operator: 'Is' }] } } },
        'FieldValueInvalid spec.selector.matchExpressions[0].operator',
      ],
      'a negative size': [
        { spec: { resources: { requests: { storage: '-1Gi' } } } },
        'FieldValueInvalid spec.resources[storage]',
      ],
      'no access mode': [{ spec: { accessModes: [] } }, 'FieldValueRequired spec.accessModes'],
      'an unknown access mode': [
        { spec: { accessModes: ['Sometimes'] } },
        'FieldValueNotSupported spec.accessModes',
      ],
      'no size': [{ spec: { resources: null } }, 'FieldValueRequired spec.resources[storage]'],
      'a size of zero': [
        { spec: { resources: { requests: { storage: '0' } } } },
        'FieldValueInvalid spec.resources[storage]',
      ],
      'an unknown volumeMode': [{ spec: { volumeMode: 'Tape' } }, 'FieldValueNotSupported spec.volumeMode'],
    },
    immutable: {
      'the size before it is bound': [
        { spec: { resources: { requests: { storage: '2Gi' } } } },
        'FieldValueForbidden spec',
      ],
      'the volumeMode': [
        { spec: { volumeMode: 'Block' } },
        'FieldValueForbidden spec',
        'FieldValueInvalid volumeMode',
      ],
      'the access modes': [{ spec: { accessModes: ['ReadOnlyMany'] } }, 'FieldValueForbidden spec'],
    },
  },
  {
    version: 'v1',
    kind: 'PersistentVolume',
    plural: 'persistentvolumes',
    clusterScoped: true,
    minimal: {
      spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/data' } },
    },
    defaults: {
      metadata: { finalizers: ['kubernetes.io/pv-protection'] },
      spec: { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem', hostPath: { type: '' } },
      status: { phase: 'Pending' },
    },
    invalid: {
      'a negative capacity': [
        { spec: { capacity: { storage: '-1Gi' } } },
        'FieldValueInvalid spec.capacity[storage]',
        'FieldValueInvalid spec.capacity[storage]',
      ],
      'a class with capitals': [
        { spec: { storageClassName: 'Fast' } },
        'FieldValueInvalid spec.storageClassName',
      ],
      'a local volume without nodes': [
        { spec: { hostPath: null, local: { path: '/data' } } },
        'FieldValueRequired spec.nodeAffinity',
      ],
      'a driver without a handle': [
        { spec: { hostPath: null, csi: { driver: 'example.com' } } },
        'FieldValueRequired spec.csi.volumeHandle',
      ],
      'an unknown access mode': [
        { spec: { accessModes: ['Sometimes'] } },
        'FieldValueNotSupported spec.accessModes',
      ],
      'a host path that leaves its directory': [
        { spec: { hostPath: { path: '/a/../b' } } },
        'FieldValueInvalid spec.hostPath.path',
      ],
      'no source': [{ spec: { hostPath: null } }, 'FieldValueRequired spec'],
      'two sources': [{ spec: { nfs: { server: 'a', path: '/' } } }, 'FieldValueForbidden spec.nfs'],
      'no capacity': [
        { spec: { capacity: null } },
        'FieldValueRequired spec.capacity',
        'FieldValueNotSupported spec.capacity',
      ],
      'an unknown reclaim policy': [
        { spec: { persistentVolumeReclaimPolicy: 'Burn' } },
        'FieldValueNotSupported spec.persistentVolumeReclaimPolicy',
      ],
      'no access mode': [{ spec: { accessModes: null } }, 'FieldValueRequired spec.accessModes'],
    },
    immutable: {
      'the volumeMode': [{ spec: { volumeMode: 'Block' } }, 'FieldValueInvalid volumeMode'],
      'the source': [
        { spec: { hostPath: { path: '/other' } } },
        'FieldValueForbidden spec.persistentvolumesource',
      ],
    },
  },
  {
    version: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    plural: 'storageclasses',
    clusterScoped: true,
    minimal: { provisioner: 'example.com/disk' },
    defaults: { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' },
    invalid: {
      'a provisioner with capitals and spaces': [{ provisioner: 'My Disk' }, 'FieldValueInvalid provisioner'],
      'two equal topologies': [
        { allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: ['a', 'a'] }] }] },
        'FieldValueDuplicate allowedTopologies[0].matchLabelExpressions[0].values[1]',
      ],
      'topologies without values': [
        { allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: [] }] }] },
        'FieldValueRequired allowedTopologies[0].matchLabelExpressions[0].values',
      ],
      'a parameter without name': [{ parameters: { '': 'a' } }, 'FieldValueInvalid parameters'],
      'no provisioner': [{ provisioner: null }, 'FieldValueRequired provisioner'],
      'an unknown reclaimPolicy': [{ reclaimPolicy: 'Burn' }, 'FieldValueNotSupported reclaimPolicy'],
      'an unknown volumeBindingMode': [
        { volumeBindingMode: 'Late' },
        'FieldValueNotSupported volumeBindingMode',
      ],
    },
    immutable: {
      'the volumeBindingMode': [
        { volumeBindingMode: 'WaitForFirstConsumer' },
        'FieldValueInvalid volumeBindingMode',
      ],
      'the provisioner': [{ provisioner: 'example.com/other' }, 'FieldValueInvalid provisioner'],
      'the parameters': [{ parameters: { size: 'big' } }, 'FieldValueInvalid parameters'],
      'the reclaimPolicy': [{ reclaimPolicy: 'Retain' }, 'FieldValueInvalid reclaimPolicy'],
    },
  },
  {
    version: 'storage.k8s.io/v1',
    kind: 'CSIDriver',
    plural: 'csidrivers',
    immutable: {
      'whether it attaches': [{ spec: { attachRequired: false } }, 'FieldValueInvalid spec.attachedRequired'],
    },
    clusterScoped: true,
    minimal: { spec: {} },
    defaults: {
      spec: {
        attachRequired: true,
        podInfoOnMount: false,
        storageCapacity: false,
        requiresRepublish: false,
        fsGroupPolicy: 'ReadWriteOnceWithFSType',
        volumeLifecycleModes: ['Persistent'],
      },
    },
    invalid: {
      'an unknown fsGroupPolicy': [
        { spec: { fsGroupPolicy: 'Some' } },
        'FieldValueNotSupported spec.fsGroupPolicy',
      ],
      'two token requests of one audience': [
        { spec: { tokenRequests: [{ audience: 'a' }, { audience: 'a' }] } },
        'FieldValueDuplicate spec.tokenRequests[1].audience',
      ],
      'a token of a minute': [
        { spec: { tokenRequests: [{ audience: 'a', expirationSeconds: 60 }] } },
        'FieldValueInvalid spec.tokenRequests[0].expirationSeconds',
      ],
      'an unknown life cycle': [
        { spec: { volumeLifecycleModes: ['Eternal'] } },
        'FieldValueNotSupported spec.volumeLifecycleModes',
      ],
    },
  },
];
