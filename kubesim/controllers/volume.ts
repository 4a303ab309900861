import { DISK_DRIVER as DRIVER, takesDisk } from '../cluster/cloud-claims.js';
import type { ClusterContext, Controller } from '../cluster/context.js';
import { amend, create, replaceStatus } from '../cluster/write.js';
import type { VolumeClaim } from '../kinds/volumes.js';
import { diskOf, volumeClaims, volumes } from '../kinds/volumes.js';
import { keyOf } from '../store/cluster-store.js';
import { splitKey } from './pods-of.js';

/** Simulated seconds until a disk is there. */
const CREATION = 5;

/** Makes disks for the claims of a storage class, and takes them away with their claims. */
export function volumeController(cluster: ClusterContext): Controller {
  const planned = new Set<string>();
  const queue = cluster.queue('volume', (key) => {
    const claim = cluster.store.get(volumeClaims, ...splitKey(key));
    if (!claim || claim.spec.volumeName || planned.has(key)) return;
    if (!takesDisk(cluster.store, claim) || !mayHave(cluster, claim)) return;
    planned.add(key);
    cluster.timers.after(cluster.scaled(CREATION), () => {
      planned.delete(key);
      const now = cluster.store.get(volumeClaims, ...splitKey(key));
      if (now && !now.metadata.deletionTimestamp) bind(cluster, now);
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
      cluster.grants.onChange(all);
      all();
    },
  };
}

function mayHave(cluster: ClusterContext, claim: VolumeClaim): boolean {
  const { uid } = claim.metadata;
  if (cluster.grants.isGranted(uid)) return true;
  const why = cluster.grants.refusal(uid);
  if (why !== undefined) {
    const message = `failed to provision volume: ${why}`;
    cluster.events.record(claim, {
      type: 'Warning',
      reason: 'ProvisioningFailed',
      message,
      component: DRIVER,
    });
  }
  return false;
}

function bind(cluster: ClusterContext, claim: VolumeClaim): void {
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
        csi: { driver: DRIVER, volumeHandle: `d-${uid.slice(0, 18)}` },
      },
      status: { phase: 'Bound' },
    });
  const bound = amend(cluster, volumeClaims, claim, (one) => ({ ...one, spec: { ...one.spec, volumeName } }));
  replaceStatus(cluster, volumeClaims, bound, { phase: 'Bound', capacity });
  const message = `Successfully provisioned volume ${volumeName}`;
  cluster.events.record(claim, {
    type: 'Normal',
    reason: 'ProvisioningSucceeded',
    message,
    component: DRIVER,
  });
}

function removeVolume(cluster: ClusterContext, claim: VolumeClaim): void {
  const volume = cluster.store.get(volumes, '', diskOf(claim));
  if (volume) cluster.store.remove(volumes, volume);
}
