import type { Volume, VolumeClaim } from './core.js';
import { ageColumn, defineResource, nameColumn } from './resource.js';
import { storageClassCauses, type StorageClass } from './storage-class-rules.js';
import { claimCauses, volumeCauses } from './volume-rules.js';

export type { Volume, VolumeClaim } from './core.js';
export type { StorageClass } from './storage-class-rules.js';

/** Whether the claim is bound. */
export function isBound({ spec, status }: VolumeClaim): boolean {
  return spec.volumeName !== undefined && status?.phase === 'Bound';
}

/** Name of the volume that is provisioned for a claim. */
export function diskOf({ metadata }: VolumeClaim): string {
  return `pvc-${metadata.uid}`;
}

export const volumeClaims = defineResource<VolumeClaim>({
  kind: 'PersistentVolumeClaim',
  defaults: (claim) => ({
    ...claim,
    spec: { volumeMode: 'Filesystem', ...claim.spec },
    status: claim.status ?? { phase: 'Pending' },
  }),
  validate: claimCauses,
  columns: [
    nameColumn<VolumeClaim>(),
    { name: 'Status', type: 'string', value: ({ status }) => status?.phase ?? 'Pending' },
    { name: 'Volume', type: 'string', value: ({ spec }) => spec.volumeName ?? '' },
    { name: 'Capacity', type: 'string', value: ({ status }) => status?.capacity?.storage ?? '' },
    { name: 'Access Modes', type: 'string', value: ({ spec }) => modesText(spec.accessModes) },
    { name: 'StorageClass', type: 'string', value: ({ spec }) => spec.storageClassName ?? '' },
    {
      name: 'VolumeAttributesClass',
      type: 'string',
      value: ({ spec }) => spec.volumeAttributesClassName ?? '<unset>',
    },
    ageColumn<VolumeClaim>(),
  ],
});

/** Abbreviations of access modes in tables. */
const MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

function modesText(modes: readonly string[] | undefined): string {
  return (modes ?? []).map((mode) => MODES[mode] ?? mode).join(',');
}

export const volumes = defineResource<Volume>({
  kind: 'PersistentVolume',
  defaults: (volume) => ({ ...volume, status: volume.status ?? { phase: 'Pending' } }),
  validate: volumeCauses,
  columns: [
    nameColumn<Volume>(),
    { name: 'Capacity', type: 'string', value: ({ spec }) => spec.capacity?.storage ?? '' },
    { name: 'Status', type: 'string', value: ({ status }) => status?.phase ?? '' },
    {
      name: 'Claim',
      type: 'string',
      value: ({ spec: { claimRef } }) => (claimRef ? `${claimRef.namespace}/${claimRef.name}` : ''),
    },
    ageColumn<Volume>(),
  ],
});

export const storageClasses = defineResource<StorageClass>({
  group: 'storage.k8s.io',
  kind: 'StorageClass',
  validate: storageClassCauses,
  columns: [
    nameColumn<StorageClass>(),
    { name: 'Provisioner', type: 'string', value: ({ provisioner }) => provisioner },
    { name: 'ReclaimPolicy', type: 'string', value: ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete' },
    {
      name: 'VolumeBindingMode',
      type: 'string',
      value: ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate',
    },
    {
      name: 'AllowVolumeExpansion',
      type: 'boolean',
      value: ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false,
    },
    ageColumn<StorageClass>(),
  ],
});
