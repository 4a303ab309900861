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
      'no provisioner': [{ provisioner: null }, 'FieldValueRequired provisioner'],
      'an unknown reclaimPolicy': [{ reclaimPolicy: 'Burn' }, 'FieldValueNotSupported reclaimPolicy'],
      'an unknown volumeBindingMode': [
        { volumeBindingMode: 'Late' },
        'FieldValueNotSupported volumeBindingMode',
      ],
    },
    immutable: {
      'the provisioner': [{ provisioner: 'example.com/other' }, 'FieldValueInvalid provisioner'],
      'the parameters': [{ parameters: { size: 'big' } }, 'FieldValueInvalid parameters'],
      'the reclaimPolicy': [{ reclaimPolicy: 'Retain' }, 'FieldValueInvalid reclaimPolicy'],
    },
  },
  {
    version: 'storage.k8s.io/v1',
    kind: 'CSIDriver',
    plural: 'csidrivers',
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
      'an unknown life cycle': [
        { spec: { volumeLifecycleModes: ['Eternal'] } },
        'FieldValueNotSupported spec.volumeLifecycleModes',
      ],
    },
  },
];
