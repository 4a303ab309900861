import type { ClusterContext } from '../cluster/context.js';
import { replaceStatus, updateByController } from '../cluster/write.js';
import { quantity } from '../kinds/quantity.js';
import { matchesLabels } from '../kinds/selector.js';
import { type Volume, type VolumeClaim, volumeClaims, volumes } from '../kinds/volumes.js';

/** Binds a claim to its named volume, or to the smallest available one that suits it. Returns whether it is bound. */
export function bindToExisting(cluster: ClusterContext, claim: VolumeClaim): boolean {
  const name = claim.spec.volumeName;
  const volume = name === undefined ? suitableVolume(cluster, claim) : cluster.store.get(volumes, '', name);
  if (!volume || !isFreeFor(claim, volume)) return false;
  bindClaim(cluster, claim, volume);
  return true;
}

/** Binds a claim and a volume to each other. */
export function bindClaim(cluster: ClusterContext, claim: VolumeClaim, volume: Volume): void {
  const { uid, name, namespace = '' } = claim.metadata;
  const { capacity, accessModes } = volume.spec;
  const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid };
  const taken = updateByController(cluster, volumes, volume, (current) => ({
    ...current,
    spec: { ...current.spec, claimRef: { ...current.spec.claimRef, ...claimRef } },
  }));
  replaceStatus(cluster, volumes, taken, { ...taken.status, phase: 'Bound' });
  const bound = updateByController(cluster, volumeClaims, claim, (current) => ({
    ...current,
    spec: { ...current.spec, volumeName: volume.metadata.name },
  }));
  replaceStatus(cluster, volumeClaims, bound, {
    ...bound.status,
    phase: 'Bound',
    ...(accessModes && { accessModes }),
    ...(capacity && { capacity }),
  });
}

/** Sets the phase of a volume: Available without a claim, Released when its claim is gone. */
export function updatePhase(cluster: ClusterContext, volume: Volume): Volume {
  const { claimRef } = volume.spec;
  const claim = claimRef && cluster.store.get(volumeClaims, claimRef.namespace, claimRef.name);
  const isBound = claimRef?.uid !== undefined && claim?.metadata.uid === claimRef.uid;
  const unbound = claimRef?.uid === undefined ? 'Available' : 'Released';
  return replaceStatus(cluster, volumes, volume, { ...volume.status, phase: isBound ? 'Bound' : unbound });
}

function suitableVolume({ store }: ClusterContext, claim: VolumeClaim): Volume | undefined {
  const [smallest] = [...store.all(volumes)]
    .filter((volume) => isFreeFor(claim, volume) && suits(claim, volume))
    .sort((a, b) => quantity(a.spec.capacity?.storage) - quantity(b.spec.capacity?.storage));
  return smallest;
}

/** Whether no other claim has the volume; a claimRef without uid reserves it by name. */
function isFreeFor({ metadata }: VolumeClaim, { spec: { claimRef }, metadata: volume }: Volume): boolean {
  if (volume.deletionTimestamp) return false;
  if (!claimRef) return true;
  if (claimRef.uid !== undefined) return claimRef.uid === metadata.uid;
  return claimRef.namespace === metadata.namespace && claimRef.name === metadata.name;
}

function suits({ spec }: VolumeClaim, { spec: volume, metadata }: Volume): boolean {
  const { storageClassName = '', accessModes = [], selector } = spec;
  return (
    (volume.storageClassName ?? '') === storageClassName &&
    accessModes.every((mode) => volume.accessModes?.includes(mode)) &&
    isLargeEnough(spec, volume) &&
    (!selector || matchesLabels(selector, metadata.labels))
  );
}

function isLargeEnough({ resources }: VolumeClaim['spec'], { capacity }: Volume['spec']): boolean {
  return quantity(capacity?.storage) >= quantity(resources?.requests?.storage);
}
