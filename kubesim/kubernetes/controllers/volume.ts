import { DISK_DRIVER, NAS_DRIVER, claimsDisk, claimsFileSystem } from '../cluster/cloud-resource-claims.js';
import type { ClusterContext, Controller } from '../cluster/context.js';
import { updateByController, create, replaceStatus } from '../cluster/write.js';
import type { VolumeClaim } from '../kinds/volumes.js';
import { diskOf, isBound, volumeClaims, volumes } from '../kinds/volumes.js';
import { keyOf } from '../store/cluster-store.js';
import { splitKey } from '../cluster/controlled-pods.js';

/** Simulated seconds of provisioning a disk. */
const CREATION_SECONDS = 5;

/** Provisions the volumes of claims by storage class, and deletes them with their claims. */
export function volumeController(cluster: ClusterContext): Controller {
  const planned = new Set<string>();
  const queue = cluster.queue('volume', (key) => {
    const claim = cluster.store.get(volumeClaims, ...splitKey(key));
    if (!claim || isBound(claim) || planned.has(key)) return;
    if (claim.spec.volumeName) return bindExisting(cluster, claim, claim.spec.volumeName);
    const driver = driverOf(cluster, claim);
    if (driver === undefined || (driver === DISK_DRIVER && !isGranted(cluster, claim))) return;
    planned.add(key);
    cluster.timers.after(cluster.scaled(CREATION_SECONDS), () => {
      planned.delete(key);
      const now = cluster.store.get(volumeClaims, ...splitKey(key));
      if (now && !now.metadata.deletionTimestamp) bind(cluster, now, driver);
    });
  });
  return {
    start() {
      cluster.store.onChange(volumeClaims, ({ type, object }) => {
        if (type === 'DELETED') removeVolume(cluster, object as VolumeClaim);
        else queue.add(keyOf(object));
      });
      const all = () => {
        for (const claim of cluster.store.all(volumeClaims)) queue.add(keyOf(claim));
      };
      cluster.store.onChange(volumes, all);
      cluster.grants.onChange(all);
      all();
    },
  };
}

/** The provisioner of a claim; undefined if its class has none. */
function driverOf({ store }: ClusterContext, claim: VolumeClaim): string | undefined {
  if (claimsDisk(store, claim)) return DISK_DRIVER;
  return claimsFileSystem(store, claim) ? NAS_DRIVER : undefined;
}

/** Binds a claim to its named volume as soon as that exists. */
function bindExisting(cluster: ClusterContext, claim: VolumeClaim, name: string): void {
  const volume = cluster.store.get(volumes, '', name);
  const { claimRef, capacity } = volume?.spec ?? {};
  if (!volume || (claimRef?.uid !== undefined && claimRef.uid !== claim.metadata.uid)) return;
  replaceStatus(cluster, volumeClaims, claim, { phase: 'Bound', ...(capacity && { capacity }) });
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

function bind(cluster: ClusterContext, claim: VolumeClaim, driver: string): void {
  const { uid, name, namespace = '' } = claim.metadata;
  const volumeName = diskOf(claim);
  const capacity = { storage: claim.spec.resources?.requests?.storage ?? '20Gi' };
  if (!cluster.store.get(volumes, '', volumeName))
    create(cluster, volumes, {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: volumeName },
      spec: {
        capacity,
        accessModes: claim.spec.accessModes ?? ['ReadWriteOnce'],
        storageClassName: claim.spec.storageClassName ?? '',
        persistentVolumeReclaimPolicy: 'Delete',
        claimRef: { namespace, name, uid },
        csi: { driver, volumeHandle: `${driver === DISK_DRIVER ? 'd' : 'nas'}-${uid.slice(0, 18)}` },
      },
      status: { phase: 'Bound' },
    });
  const bound = updateByController(cluster, volumeClaims, claim, (current) => ({
    ...current,
    spec: { ...current.spec, volumeName },
  }));
  replaceStatus(cluster, volumeClaims, bound, { phase: 'Bound', capacity });
  const message = `Successfully provisioned volume ${volumeName}`;
  cluster.events.record(claim, {
    type: 'Normal',
    reason: 'ProvisioningSucceeded',
    message,
    component: driver,
  });
}

/** Deletes the volume of a claim and ends its faults. */
function removeVolume(cluster: ClusterContext, claim: VolumeClaim): void {
  cluster.faults.end(({ volumeClaim }) => volumeClaim === keyOf(claim));
  const volume = cluster.store.get(volumes, '', diskOf(claim));
  if (volume) cluster.store.remove(volumes, volume);
}
