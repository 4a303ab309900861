import {
  claimsDisk,
  claimsFileSystem,
  DISK_DRIVER,
  type GrantRegistry,
  NAS_DRIVER,
} from '../kubernetes/cluster/cloud-resource-claims.js';
import type { InjectedFaults } from '../injected-faults.js';
import type { KeyQueue } from '../kubelet-client.js';
import {
  diskOf,
  isBound,
  storageClasses,
  type Volume,
  type VolumeClaim,
  volumeClaims,
  volumes,
} from '../kubernetes/kinds/volumes.js';
import { keyOf, splitKey } from '../kubernetes/store/cluster-store.js';
import type { TimerScheduler } from '../timers.js';
import type { ClusterCache } from './cluster-cache.js';
import type { ClusterClient } from './cluster-client.js';
import { pathOf } from './object-cache.js';
import type { RemoteEvents } from './remote-events.js';

export interface VolumeProvisionerOptions {
  readonly client: ClusterClient;
  readonly cache: ClusterCache;
  readonly events: RemoteEvents;
  readonly grants: GrantRegistry;
  readonly faults: InjectedFaults;
  readonly timers: TimerScheduler;
  scaled(seconds: number): number;
  queue(name: string, work: (key: string) => void): KeyQueue;
}

/** Simulated seconds of provisioning a disk. */
const CREATION_SECONDS = 5;
const DRIVERS: readonly string[] = [DISK_DRIVER, NAS_DRIVER];
/** Annotation of the scheduler on a claim whose class waits for the first pod. */
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

/**
 * Creates volumes for the claims of the cloud's storage classes, as its CSI provisioner would, and deletes released ones. The
 * controller manager binds them.
 */
export function provisionVolumes(options: VolumeProvisionerOptions): void {
  const { client, cache, events, grants, faults, timers } = options;
  const planned = new Set<string>();
  const queue = options.queue('volume', (key) => {
    const claim = cache.get(volumeClaims, ...splitKey(key));
    const driver = claim && driverOf(cache, claim);
    if (!claim || driver === undefined || isBound(claim) || claim.spec.volumeName || planned.has(key)) return;
    if (driver === DISK_DRIVER && !grants.isGranted(claim.metadata.uid)) {
      const why = grants.rejection(claim.metadata.uid);
      const message = `failed to provision volume: ${why}`;
      if (why !== undefined)
        events.record(claim, { type: 'Warning', reason: 'ProvisioningFailed', message, component: driver });
      return;
    }
    planned.add(key);
    timers.after(options.scaled(CREATION_SECONDS), () => {
      planned.delete(key);
      const now = cache.get(volumeClaims, ...splitKey(key));
      if (!now || now.metadata.deletionTimestamp || now.spec.volumeName) return;
      const body = volumeOf(cache, now, driver);
      const message = `Successfully provisioned volume ${body.metadata.name}`;
      client.call({ method: 'POST', path: pathOf(volumes), body }).then(
        ({ status }) => {
          if (status === 201)
            events.record(now, {
              type: 'Normal',
              reason: 'ProvisioningSucceeded',
              message,
              component: driver,
            });
        },
        () => timers.after(options.scaled(CREATION_SECONDS), () => queue.add(key)),
      );
    });
  });
  const release = (volume: Volume) => {
    if (!isReleased(volume)) return;
    const path = pathOf(volumes, { name: volume.metadata.name });
    client.call({ method: 'DELETE', path }).catch(() => timers.after(1_000, () => release(volume)));
  };
  const all = () => {
    for (const claim of cache.all(volumeClaims)) queue.add(keyOf(claim));
  };
  cache.onChange(volumeClaims, ({ object, deleted }) => {
    if (deleted) faults.end(({ volumeClaim }) => volumeClaim === keyOf(object));
    else queue.add(keyOf(object));
  });
  cache.onChange(volumes, ({ object, deleted }) => void (deleted || release(object)));
  grants.onChange(all);
  all();
  for (const volume of cache.all(volumes)) release(volume);
}

/** The provisioner of a claim; undefined if its class has none, or waits for a pod. */
function driverOf(cache: ClusterCache, claim: VolumeClaim): string | undefined {
  const { volumeBindingMode } = cache.get(storageClasses, '', claim.spec.storageClassName ?? '') ?? {};
  if (volumeBindingMode === 'WaitForFirstConsumer' && !claim.metadata.annotations?.[SELECTED_NODE])
    return undefined;
  if (claimsDisk(cache, claim)) return DISK_DRIVER;
  return claimsFileSystem(cache, claim) ? NAS_DRIVER : undefined;
}

function volumeOf(cache: ClusterCache, claim: VolumeClaim, driver: string) {
  const { metadata, spec } = claim;
  const { uid, name, namespace } = metadata;
  const { storageClassName = '', accessModes, resources } = spec;
  const { reclaimPolicy = 'Delete' } = cache.get(storageClasses, '', storageClassName) ?? {};
  return {
    metadata: {
      name: diskOf(claim),
      annotations: { 'pv.kubernetes.io/provisioned-by': driver },
    },
    spec: {
      capacity: { storage: resources?.requests?.storage ?? '20Gi' },
      accessModes: accessModes ?? ['ReadWriteOnce'],
      storageClassName,
      persistentVolumeReclaimPolicy: reclaimPolicy,
      claimRef: { apiVersion: 'v1', kind: volumeClaims.kind, namespace, name, uid },
      csi: { driver, volumeHandle: `${driver === DISK_DRIVER ? 'd' : 'nas'}-${uid.slice(0, 18)}` },
    },
  };
}

function isReleased({ metadata, spec, status }: Volume): boolean {
  if (metadata.deletionTimestamp || status?.phase !== 'Released') return false;
  return spec.persistentVolumeReclaimPolicy === 'Delete' && DRIVERS.includes(spec.csi?.driver ?? '');
}
