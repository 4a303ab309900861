import type { KindContract } from './kind-contract.js';

const VERSION = 'storage.k8s.io/v1';
const driver = { name: 'disk.example.com', nodeID: 'node' };

export const attachedVolumeKinds: readonly KindContract[] = [
  {
    version: VERSION,
    kind: 'CSINode',
    plural: 'csinodes',
    clusterScoped: true,
    minimal: { spec: { drivers: [driver] } },
    invalid: {
      'a driver without node': [
        { spec: { drivers: [{ name: 'disk.example.com', nodeID: '' }] } },
        'FieldValueRequired spec.drivers[0].nodeID',
      ],
      'two drivers of one name': [
        { spec: { drivers: [driver, driver] } },
        'FieldValueDuplicate spec.drivers[1].name',
      ],
      'a driver name with a space': [
        { spec: { drivers: [{ ...driver, name: 'my disk' }] } },
        'FieldValueInvalid spec.drivers[0].name',
      ],
      'a negative number of volumes': [
        { spec: { drivers: [{ ...driver, allocatable: { count: -1 } }] } },
        'FieldValueInvalid spec.drivers[0].allocatable.count',
      ],
      'one topology key twice': [
        { spec: { drivers: [{ ...driver, topologyKeys: ['zone', 'zone'] }] } },
        'FieldValueDuplicate spec.drivers[0]',
      ],
    },
  },
  {
    version: VERSION,
    kind: 'VolumeAttachment',
    plural: 'volumeattachments',
    clusterScoped: true,
    minimal: {
      spec: { attacher: 'disk.example.com', nodeName: 'node', source: { persistentVolumeName: 'volume' } },
    },
    defaults: { status: { attached: false } },
    invalid: {
      'no attacher': [{ spec: { attacher: null } }, 'FieldValueRequired spec.attacher'],
      'no node': [{ spec: { nodeName: null } }, 'FieldValueInvalid spec.nodeName'],
      'no volume': [{ spec: { source: { persistentVolumeName: null } } }, 'FieldValueRequired spec.source'],
    },
    immutable: { 'the node': [{ spec: { nodeName: 'other' } }, 'FieldValueInvalid spec'] },
  },
  {
    version: VERSION,
    kind: 'VolumeAttributesClass',
    plural: 'volumeattributesclasses',
    clusterScoped: true,
    minimal: { driverName: 'disk.example.com', parameters: { speed: 'fast' } },
    invalid: {
      'no driver': [{ driverName: null }, 'FieldValueRequired driverName'],
      'no parameter': [{ parameters: null }, 'FieldValueRequired parameters'],
    },
    immutable: {
      'the driver': [{ driverName: 'other.example.com' }, 'FieldValueForbidden driverName'],
      'the parameters': [{ parameters: { speed: 'slow' } }, 'FieldValueForbidden parameters'],
    },
  },
  {
    version: VERSION,
    kind: 'CSIStorageCapacity',
    plural: 'csistoragecapacities',
    minimal: { storageClassName: 'fast' },
    invalid: { 'no class': [{ storageClassName: null }, 'FieldValueInvalid storageClassName'] },
    immutable: { 'the class': [{ storageClassName: 'slow' }, 'FieldValueInvalid storageClassName'] },
  },
];
