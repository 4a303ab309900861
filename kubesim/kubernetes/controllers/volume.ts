import { DISK_DRIVER, NAS_DRIVER, claimsDisk, claimsFileSystem } from '../cluster/cloud-resource-claims.js';
import type { ClusterContext, Controller } from '../cluster/context.js';
import { deleteObject } from '../cluster/delete.js';
import { create } from '../cluster/write.js';
import type { Draft } from '../kinds/object.js';
import type { Volume, VolumeClaim } from '../kinds/volumes.js';
import { diskOf, isBound, storageClasses, volumeClaims, volumes } from '../kinds/volumes.js';
import { keyOf, splitKey } from '../store/cluster-store.js';
import { bindClaim, bindToExisting, updatePhase } from './volume-binding.js';

/** Simulated seconds of provisioning a disk. */
const CREATION_SECONDS = 5;
/** Annotation of a provisioned volume with its driver. */
const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';

/**
 * Binds claims to existing volumes, provisions the volumes of other claims by storage class, and deletes the volumes of
 * deleted claims unless they are retained.
 */
export function volumeController(cluster: ClusterContext): Controller {
  const planned = new Set<string>();
  const queue = cluster.queue('volume', (key) => {
    const claim = cluster.store.get(volumeClaims, ...splitKey(key));
    if (!claim || claim.metadata.deletionTimestamp || isBound(claim) || planned.has(key)) return;
    if (bindToExisting(cluster, claim) || claim.spec.volumeName !== undefined) return;
    const driver = driverOf(cluster, claim);
    if (driver === undefined || (driver === DISK_DRIVER && !isGranted(cluster, claim))) return;
    planned.add(key);
    cluster.timers.after(cluster.scaled(CREATION_SECONDS), () => {
      planned.delete(key);
      const now = cluster.store.get(volumeClaims, ...splitKey(key));
      if (now && !now.metadata.deletionTimestamp && !isBound(now)) provision(cluster, now, driver);
    });
  });
  const changed = cluster.queue('volume', (name) => {
    const volume = cluster.store.get(volumes, '', name);
    if (volume) reclaim(cluster, updatePhase(cluster, volume));
  });
  return {
    start() {
      cluster.store.onChange(volumeClaims, ({ type, object }) => {
        const claim = object as VolumeClaim;
        if (type !== 'DELETED') return queue.add(keyOf(claim));
        cluster.faults.end(({ volumeClaim }) => volumeClaim === keyOf(claim));
        changed.add(claim.spec.volumeName ?? diskOf(claim));
      });
      const unbound = () => {
        for (const claim of cluster.store.all(volumeClaims)) if (!isBound(claim)) queue.add(keyOf(claim));
      };
      cluster.store.onChange(volumes, ({ object }) => {
        changed.add(object.metadata.name);
        unbound();
      });
      cluster.grants.onChange(unbound);
      for (const { metadata } of cluster.store.all(volumes)) changed.add(metadata.name);
      unbound();
    },
  };
}

/** The provisioner of a claim; undefined if its class has none. */
function driverOf({ store }: ClusterContext, claim: VolumeClaim): string | undefined {
  if (claimsDisk(store, claim)) return DISK_DRIVER;
  return claimsFileSystem(store, claim) ? NAS_DRIVER : undefined;
}

function isGranted(cluster: ClusterContext, claim: VolumeClaim): boolean {
  const { uid } = claim.metadata;
  if (cluster.grants.isGranted(uid)) return true;
  const why = cluster.grants.rejection(uid);
  if (why !== undefined) {
    const message = `failed to provision volume: ${why}`;
    cluster.events.record(claim, {
      type: 'Warning',
      reason: 'ProvisioningFailed',
      message,
      component: DISK_DRIVER,
    });
  }
  return false;
}

function provision(cluster: ClusterContext, claim: VolumeClaim, driver: string): void {
  const volumeName = diskOf(claim);
  const existing = cluster.store.get(volumes, '', volumeName);
  bindClaim(cluster, claim, existing ?? create(cluster, volumes, volumeDraft(cluster, claim, driver)));
  const message = `Successfully provisioned volume ${volumeName}`;
  cluster.events.record(claim, {
    type: 'Normal',
    reason: 'ProvisioningSucceeded',
    message,
    component: driver,
  });
}

function volumeDraft({ store }: ClusterContext, claim: VolumeClaim, driver: string): Draft<Volume> {
  const { uid, name, namespace = '' } = claim.metadata;
  const { storageClassName = '', accessModes = ['ReadWriteOnce'], resources } = claim.spec;
  const { reclaimPolicy = 'Delete' } = store.get(storageClasses, '', storageClassName) ?? {};
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: diskOf(claim), annotations: { [PROVISIONED_BY]: driver } },
    spec: {
      capacity: { storage: resources?.requests?.storage ?? '20Gi' },
      accessModes,
      storageClassName,
      persistentVolumeReclaimPolicy: reclaimPolicy,
      claimRef: { namespace, name, uid },
      csi: { driver, volumeHandle: `${driver === DISK_DRIVER ? 'd' : 'nas'}-${uid.slice(0, 18)}` },
    },
    status: { phase: 'Bound' },
  };
}

/** Deletes a provisioned volume whose claim is gone, by its reclaim policy. */
function reclaim(cluster: ClusterContext, volume: Volume): void {
  const { metadata, spec, status } = volume;
  const provisioned = metadata.name === `pvc-${spec.claimRef?.uid ?? ''}`;
  if (status?.phase !== 'Released' || spec.persistentVolumeReclaimPolicy !== 'Delete' || !provisioned) return;
  if (!metadata.deletionTimestamp) deleteObject(cluster, volumes, volume);
}
