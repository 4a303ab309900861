import type { KindContract } from './kind-contract.js';

/** Invalid volumes and mounts of a pod. */
export const invalidVolumes: KindContract['invalid'] = {
  'a volume name with capitals': [
    { spec: { volumes: [{ name: 'Data', emptyDir: {} }] } },
    'FieldValueInvalid spec.volumes[0].name',
  ],
  'a volume without name': [
    { spec: { volumes: [{ emptyDir: {} }] } },
    'FieldValueRequired spec.volumes[0].name',
  ],
  'a ConfigMap volume without name': [
    { spec: { volumes: [{ name: 'a', configMap: {} }] } },
    'FieldValueRequired spec.volumes[0].configMap.name',
  ],
  'a Secret volume without name': [
    { spec: { volumes: [{ name: 'a', secret: {} }] } },
    'FieldValueRequired spec.volumes[0].secret.secretName',
  ],
  'a Secret volume of an impossible mode': [
    { spec: { volumes: [{ name: 'a', secret: { secretName: 'a', defaultMode: 512 } }] } },
    'FieldValueInvalid spec.volumes[0].secret.defaultMode',
  ],
  'a file outside its volume': [
    { spec: { volumes: [{ name: 'a', configMap: { name: 'a', items: [{ key: 'a', path: '../a' }] } }] } },
    'FieldValueInvalid spec.volumes[0].configMap.items[0].path',
  ],
  'a file with an absolute path': [
    { spec: { volumes: [{ name: 'a', configMap: { name: 'a', items: [{ key: 'a', path: '/a' }] } }] } },
    'FieldValueInvalid spec.volumes[0].configMap.items[0].path',
  ],
  'a claim without name': [
    { spec: { volumes: [{ name: 'a', persistentVolumeClaim: {} }] } },
    'FieldValueRequired spec.volumes[0].persistentVolumeClaim.claimName',
  ],
  'a host path without path': [
    { spec: { volumes: [{ name: 'a', hostPath: {} }] } },
    'FieldValueRequired spec.volumes[0].hostPath.path',
  ],
  'a host path that leaves its directory': [
    { spec: { volumes: [{ name: 'a', hostPath: { path: '/a/../b' } }] } },
    'FieldValueInvalid spec.volumes[0].hostPath.path',
  ],
  'a host path of an unknown type': [
    { spec: { volumes: [{ name: 'a', hostPath: { path: '/a', type: 'Any' } }] } },
    'FieldValueNotSupported spec.volumes[0].hostPath.type',
  ],
  'a negative size of an empty directory': [
    { spec: { volumes: [{ name: 'a', emptyDir: { sizeLimit: '-1' } }] } },
    'FieldValueForbidden spec.volumes[0].emptyDir.sizeLimit',
  ],
  'a projected volume with two sources in one': [
    {
      spec: {
        volumes: [
          { name: 'a', projected: { sources: [{ configMap: { name: 'a' }, secret: { name: 'b' } }] } },
        ],
      },
    },
    'FieldValueForbidden spec.volumes[0].projected.sources[0]',
  ],
  'a token that is valid for a minute': [
    {
      spec: {
        volumes: [
          {
            name: 'a',
            projected: { sources: [{ serviceAccountToken: { path: 'token', expirationSeconds: 60 } }] },
          },
        ],
      },
    },
    'FieldValueInvalid spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds',
  ],
  'a file of an unknown field': [
    {
      spec: {
        volumes: [
          { name: 'a', downwardAPI: { items: [{ path: 'a', fieldRef: { fieldPath: 'status.mood' } }] } },
        ],
      },
    },
    'FieldValueInvalid spec.volumes[0].downwardAPI.fieldRef.fieldPath',
  ],
  'a mount without path': [
    {
      spec: {
        volumes: [{ name: 'a', emptyDir: {} }],
        containers: [{ name: 'main', image: 'nginx:1.27', volumeMounts: [{ name: 'a' }] }],
      },
    },
    'FieldValueRequired spec.containers[0].volumeMounts[0].mountPath',
  ],
  'two mounts of one path': [
    {
      spec: {
        volumes: [{ name: 'a', emptyDir: {} }],
        containers: [
          {
            name: 'main',
            image: 'nginx:1.27',
            volumeMounts: [
              { name: 'a', mountPath: '/a' },
              { name: 'a', mountPath: '/a' },
            ],
          },
        ],
      },
    },
    'FieldValueInvalid spec.containers[0].volumeMounts[1].mountPath',
  ],
  'a mount of a path outside its volume': [
    {
      spec: {
        volumes: [{ name: 'a', emptyDir: {} }],
        containers: [
          {
            name: 'main',
            image: 'nginx:1.27',
            volumeMounts: [{ name: 'a', mountPath: '/a', subPath: '../b' }],
          },
        ],
      },
    },
    'FieldValueInvalid spec.containers[0].volumeMounts.subPath',
  ],
  'a mount of an absolute path of its volume': [
    {
      spec: {
        volumes: [{ name: 'a', emptyDir: {} }],
        containers: [
          {
            name: 'main',
            image: 'nginx:1.27',
            volumeMounts: [{ name: 'a', mountPath: '/a', subPath: '/b' }],
          },
        ],
      },
    },
    'FieldValueInvalid spec.containers[0].volumeMounts.subPath',
  ],
  'a volume with two sources': [
    { spec: { volumes: [{ name: 'data', emptyDir: {}, hostPath: { path: '/' } }] } },
    'FieldValueForbidden spec.volumes[0].hostPath',
  ],
  'two volumes of one name': [
    {
      spec: {
        volumes: [
          { name: 'data', emptyDir: {} },
          { name: 'data', emptyDir: {} },
        ],
      },
    },
    'FieldValueDuplicate spec.volumes[1].name',
  ],
};
