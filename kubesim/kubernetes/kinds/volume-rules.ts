import { sameJson } from '../../../kernel/same-json.js';
import {
  changeCauses,
  forbiddenValue,
  formatCauses,
  invalidValue,
  required,
  unsupported,
} from '../schema/causes.js';
import type { Volume, VolumeClaim } from './core.js';
import { dnsSubdomain } from './formats.js';
import { labelSelectorCauses } from './label-selector-rules.js';
import { quantity } from './quantity.js';
import type { Cause } from './resource.js';

const MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

/** Validates a new claim, or one that replaces `old`. */
export function claimCauses(claim: VolumeClaim, old?: VolumeClaim): Cause[] {
  const causes = claimSpecCauses(claim.spec, 'spec');
  return old ? [...causes, ...changedClaim(claim, old)] : causes;
}

/** Validates the spec of a claim, or of one in a template, at `path`. */
export function claimSpecCauses(spec: VolumeClaim['spec'] | undefined, path: string): Cause[] {
  const { accessModes = [], selector, storageClassName } = spec ?? {};
  return [
    ...(accessModes.length === 0
      ? [required(`${path}.accessModes`, 'at least 1 access mode is required')]
      : []),
    ...labelSelectorCauses(`${path}.selector`, selector),
    ...modeCauses(accessModes, `${path}.accessModes`),
    ...requestCauses(spec?.resources?.requests?.storage, `${path}.resources[storage]`),
    ...(storageClassName ? formatCauses(`${path}.storageClassName`, storageClassName, dnsSubdomain) : []),
    ...dataCauses(spec ?? {}, path),
  ];
}

function requestCauses(size: string | undefined, field: string): Cause[] {
  return size === undefined ? [required(field)] : sizeCauses(size, field);
}

function dataCauses({ dataSource, dataSourceRef }: VolumeClaim['spec'], path: string): Cause[] {
  if (dataSource === undefined || dataSourceRef === undefined || sameJson(dataSource, dataSourceRef))
    return [];
  return [invalidValue(path, `${path}.dataSource`, 'must match dataSourceRef')];
}

function modeCauses(modes: readonly string[], field: string): Cause[] {
  const known = modes.filter((mode) => MODES.includes(mode));
  const alone = 'ReadWriteOncePod';
  const isMixed = known.includes(alone) && known.some((mode) => mode !== alone);
  return [
    ...modes.filter((mode) => !MODES.includes(mode)).map((mode) => unsupported(field, mode, MODES)),
    ...(isMixed ? [forbiddenValue(field, `may not use ${alone} with other access modes`)] : []),
  ];
}

function sizeCauses(size: string, field: string): Cause[] {
  return quantity(size) > 0 ? [] : [invalidValue(field, size, 'must be greater than zero')];
}

function changedClaim(claim: VolumeClaim, old: VolumeClaim): Cause[] {
  const field = 'spec.resources.requests.storage';
  const [size, oldSize] = [sizeOf(claim.spec), sizeOf(old.spec)];
  const shrunk = quantity(size) < quantity(oldSize);
  const tooSmall = shrunk && quantity(size) <= quantity(old.status?.capacity?.storage);
  const why =
    'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
  return [
    ...(sameJson(fixedClaim(claim, old), old.spec) ? [] : [forbiddenValue('spec', why)]),
    ...(tooSmall ? [forbiddenValue(field, 'field can not be less than status.capacity')] : []),
    ...changeCauses('volumeMode', claim.spec.volumeMode, old.spec.volumeMode),
  ];
}

function sizeOf({ resources }: VolumeClaim['spec']): string | undefined {
  return resources?.requests?.storage;
}

/** The spec of a claim without the changes that it may have: it is bound once, and a bound claim may grow. */
function fixedClaim({ spec }: VolumeClaim, { spec: old, status }: VolumeClaim): VolumeClaim['spec'] {
  const fixed = {
    ...spec,
    ...(old.volumeName ? {} : { volumeName: old.volumeName }),
    ...(old.storageClassName === undefined ? { storageClassName: undefined } : {}),
  };
  if (status?.phase !== 'Bound') return fixed;
  const { resources, volumeAttributesClassName } = old;
  const requests = { ...spec.resources?.requests, storage: resources?.requests?.storage };
  return { ...fixed, resources: { ...spec.resources, requests }, volumeAttributesClassName };
}

/** Sources of a volume in the order in which an API server reports the second of two. */
const SOURCES = [
  ...['hostPath', 'gcePersistentDisk', 'awsElasticBlockStore', 'glusterfs', 'flocker', 'nfs', 'rbd'],
  ...['quobyte', 'cephfs', 'iscsi', 'cinder', 'fc', 'flexVolume', 'azureFile', 'vsphereVolume'],
  ...['photonPersistentDisk', 'portworxVolume', 'azureDisk', 'scaleIO', 'local', 'storageos', 'csi'],
];

type VolumeSpec = Volume['spec'] & Readonly<Record<string, unknown>>;

/** Validates a new volume, or one that replaces `old`. */
export function volumeCauses(volume: Volume, old?: Volume): Cause[] {
  const spec: VolumeSpec = volume.spec;
  const { accessModes = [], nodeAffinity } = spec;
  return [
    ...(accessModes.length === 0 ? [required('spec.accessModes')] : []),
    ...modeCauses(accessModes, 'spec.accessModes'),
    ...capacityCauses(spec.capacity ?? {}),
    ...sourceCauses(spec),
    ...(spec['local'] !== undefined && !nodeAffinity
      ? [required('spec.nodeAffinity', 'Local volume requires node affinity')]
      : []),
    ...classCauses(spec),
    ...(old ? changedVolume(spec, old.spec) : []),
  ];
}

function capacityCauses(capacity: Readonly<Record<string, string>>): Cause[] {
  const names = Object.keys(capacity);
  const field = 'spec.capacity';
  return [
    ...(names.length === 0 ? [required(field)] : []),
    ...(names.length === 1 && names[0] === 'storage'
      ? []
      : [unsupported(field, names.length > 0 ? capacity : null, ['storage'])]),
    ...Object.entries(capacity).flatMap(([name, size]) => [
      ...(quantity(size) < 0
        ? [invalidValue(`${field}[${name}]`, size, 'must be a valid resource quantity')]
        : []),
      ...sizeCauses(size, `${field}[${name}]`),
    ]),
  ];
}

function sourceCauses(spec: VolumeSpec): Cause[] {
  const [first, ...more] = SOURCES.filter((name) => spec[name] !== undefined);
  if (first === undefined) return [required('spec', 'must specify a volume type')];
  const { path } = (spec['hostPath'] ?? {}) as { readonly path?: string };
  return [
    ...(first === 'hostPath' ? pathCauses(path) : []),
    ...more.map((name) => forbiddenValue(`spec.${name}`, 'may not specify more than 1 volume type')),
  ];
}

function pathCauses(path = ''): Cause[] {
  const field = 'spec.hostPath.path';
  if (path === '') return [required(field)];
  return path.split('/').includes('..') ? [invalidValue(field, path, "must not contain '..'")] : [];
}

function classCauses({ storageClassName, persistentVolumeReclaimPolicy, hostPath }: VolumeSpec): Cause[] {
  const { path } = (hostPath ?? {}) as { readonly path?: string };
  return [
    ...(path === '/' && persistentVolumeReclaimPolicy === 'Recycle'
      ? [
          forbiddenValue(
            'spec.persistentVolumeReclaimPolicy',
            "may not be 'recycle' for a hostPath mount of '/'",
          ),
        ]
      : []),
    ...(storageClassName ? formatCauses('spec.storageClassName', storageClassName, dnsSubdomain) : []),
  ];
}

function changedVolume(spec: VolumeSpec, old: VolumeSpec): Cause[] {
  const field = 'spec.persistentvolumesource';
  return [
    ...(SOURCES.every((name) => sameJson(spec[name], old[name]))
      ? []
      : [forbiddenValue(field, `${field} is immutable after creation`)]),
    ...changeCauses('volumeMode', spec.volumeMode, old.volumeMode),
  ];
}
