import type { ClusterContext, Controller } from '../cluster/context.js';
import { PROTECTION_FINALIZERS, withProtection } from '../cluster/volume-admission.js';
import { claimsOf } from '../cluster/volume-mounts.js';
import { updateByController } from '../cluster/write.js';
import type { Pod } from '../kinds/core.js';
import type { KubeObject } from '../kinds/object.js';
import { pods } from '../kinds/pods.js';
import type { ResourceType } from '../kinds/resource.js';
import { volumeClaims, volumes } from '../kinds/volumes.js';
import { keyOf, splitKey } from '../store/cluster-store.js';

/** Keeps deleted claims while pods use them, and deleted volumes while they are bound. */
export function volumeProtectionController(cluster: ClusterContext): Controller {
  const { store } = cluster;
  const claims = cluster.queue('pvc-protection', (key) => {
    const claim = store.get(volumeClaims, ...splitKey(key));
    if (claim) protect(cluster, volumeClaims, claim, () => isMounted(cluster, key));
  });
  const bound = cluster.queue('pv-protection', (key) => {
    const volume = store.get(volumes, ...splitKey(key));
    if (volume) protect(cluster, volumes, volume, () => volume.status?.phase === 'Bound');
  });
  return {
    start() {
      store.onChange(volumeClaims, ({ object }) => claims.add(keyOf(object)));
      store.onChange(volumes, ({ object }) => bound.add(keyOf(object)));
      store.onChange(pods, ({ type, object }) => {
        if (type !== 'DELETED' && !isShutDown(object)) return;
        for (const name of claimsOf(object as Pod)) claims.add(`${object.metadata.namespace ?? ''}/${name}`);
      });
      // Objects of older releases have no finalizer.
      for (const claim of store.all(volumeClaims)) claims.add(keyOf(claim));
      for (const volume of store.all(volumes)) bound.add(keyOf(volume));
    },
  };
}

function protect<T extends KubeObject>(
  cluster: ClusterContext,
  type: ResourceType<T>,
  object: T,
  isUsed: () => boolean,
): void {
  if (!object.metadata.deletionTimestamp) {
    updateByController(cluster, type, object, (current) => withProtection(type, current));
    return;
  }
  const finalizer = PROTECTION_FINALIZERS.get(type.id);
  if (!object.metadata.finalizers?.includes(finalizer ?? '') || isUsed()) return;
  updateByController(cluster, type, object, (current) => ({
    ...current,
    metadata: {
      ...current.metadata,
      finalizers: current.metadata.finalizers?.filter((name) => name !== finalizer),
    },
  }));
}

/** Whether a scheduled pod has the claim as a volume; a pod that only waits for its removal does not count. */
function isMounted({ store }: ClusterContext, key: string): boolean {
  const [namespace, name] = splitKey(key);
  for (const pod of store.all(pods))
    if (pod.metadata.namespace === namespace && pod.spec.nodeName && !isShutDown(pod))
      if (claimsOf(pod).includes(name)) return true;
  return false;
}

function isShutDown({ metadata }: KubeObject): boolean {
  return !!metadata.deletionTimestamp && metadata.deletionGracePeriodSeconds === 0;
}
