import type { KubeObject } from '../kinds/object.js';
import type { ResourceType } from '../kinds/resource.js';
import { storageClasses, type VolumeClaim, volumeClaims, volumes } from '../kinds/volumes.js';
import type { ClusterStore } from '../store/cluster-store.js';

/** Finalizers of kinds that must not be deleted while they are in use. */
export const PROTECTION_FINALIZERS: ReadonlyMap<string, string> = new Map([
  [volumeClaims.id, 'kubernetes.io/pvc-protection'],
  [volumes.id, 'kubernetes.io/pv-protection'],
]);

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

/** The object with the finalizer that protects it while it is in use; other kinds are unchanged. */
export function withProtection<T extends KubeObject>(type: ResourceType, object: T): T {
  const finalizer = PROTECTION_FINALIZERS.get(type.id);
  const { finalizers = [] } = object.metadata;
  if (finalizer === undefined || finalizers.includes(finalizer)) return object;
  return { ...object, metadata: { ...object.metadata, finalizers: [...finalizers, finalizer] } };
}

/** The claim with the newest default storage class, if it names no class. */
export function withDefaultClass(store: ClusterStore, claim: VolumeClaim): VolumeClaim {
  if (claim.spec.storageClassName !== undefined) return claim;
  const [newest] = [...store.all(storageClasses)]
    .filter(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] === 'true')
    .sort((a, b) => b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp));
  return newest ? { ...claim, spec: { ...claim.spec, storageClassName: newest.metadata.name } } : claim;
}
