import { conflict } from '../kinds/status.js';
import type { Namespace, Pod } from '../kinds/core.js';
import { timestamp, withCondition, type KubeObject, type Metadata } from '../kinds/object.js';
import { customResourceDefinitions } from '../kinds/custom-resource-definitions.js';
import { CLEANUP, type CustomResourceDefinition } from '../kinds/definition.js';
import { hasEnded, pods } from '../kinds/pods.js';
import type { ResourceType } from '../kinds/resource.js';
import type { ClusterContext } from './context.js';

const FOREGROUND = 'foregroundDeletion';
/** The last time that a timestamp of four digits of the year has: a grace period may be longer. */
const LAST_TIME = Date.UTC(9999, 11, 31, 23, 59, 59);

/** Options of a deletion. */
export interface DeleteOptions {
  /** Propagation policy for dependents. Default `Background`. */
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
  /** Grace period of a pod in seconds; 0 removes it immediately. */
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
}

/**
 * Deletes an object and returns it. An object with finalizers or foreground propagation, and a running pod, gets a
 * deletionTimestamp and stays until its finalizers are removed. Throws ApiError.
 */
export function deleteObject<T extends KubeObject>(
  cluster: ClusterContext,
  type: ResourceType<T>,
  object: T,
  options: DeleteOptions = {},
): T {
  checkPreconditions(type, object, options);
  const marked = withDeletion(cluster, type, object, options);
  if (options.dryRun) return marked;
  if (options.propagation === 'Orphan') orphanDependents(cluster, object);
  if (!isRetained(cluster, type, marked)) {
    cluster.store.remove(type, object);
    return marked;
  }
  return marked === object ? object : cluster.store.put(type, marked);
}

function checkPreconditions(
  type: ResourceType,
  { metadata }: KubeObject,
  { preconditions }: DeleteOptions,
): void {
  const { uid, resourceVersion } = preconditions ?? {};
  // Named by its kind, not by its resource, as API servers do.
  const names = { ...type, id: type.kind, plural: type.kind };
  if (uid !== undefined && uid !== metadata.uid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}).`;
    throw conflict(names, metadata.name, `${why} The object might have been deleted and then recreated`);
  }
  if (resourceVersion === undefined || resourceVersion === metadata.resourceVersion) return;
  const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}).`;
  throw conflict(names, metadata.name, `${why} The object might have been modified`);
}

function withDeletion<T extends KubeObject>(
  cluster: ClusterContext,
  type: ResourceType<T>,
  object: T,
  options: DeleteOptions,
): T {
  const { metadata } = object;
  const grace = type.id === pods.id ? gracePeriod(object as unknown as Pod, options) : 0;
  const shorter =
    metadata.deletionGracePeriodSeconds === undefined || grace < metadata.deletionGracePeriodSeconds;
  const foreground = options.propagation === 'Foreground' && !metadata.finalizers?.includes(FOREGROUND);
  if (metadata.deletionTimestamp && !shorter && !foreground) return object;
  const end = cluster.clock.now().getTime() + cluster.scaled(grace);
  const at = timestamp(new Date(Math.min(end, LAST_TIME)));
  const marked: T = {
    ...object,
    metadata: markedMetadata(metadata, { at, grace: shorter ? grace : undefined, foreground }),
  };
  return terminating(cluster, type, marked);
}

/** A deleted object with what its kind says of deletion in its status. */
function terminating<T extends KubeObject>(cluster: ClusterContext, type: ResourceType<T>, marked: T): T {
  if (type.id === 'namespaces') return { ...marked, status: { phase: 'Terminating' } };
  if (type.id !== customResourceDefinitions.id) return marked;
  return markedDefinition(cluster, marked as T & CustomResourceDefinition);
}

/** A deleted definition stays until its objects are deleted. */
function markedDefinition<T extends CustomResourceDefinition>(cluster: ClusterContext, marked: T): T {
  const { metadata, status } = marked;
  const { finalizers = [] } = metadata;
  const pending = {
    type: 'Terminating',
    status: 'True',
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  };
  const conditions = withCondition(status?.conditions, pending, timestamp(cluster.clock.now()));
  return {
    ...marked,
    metadata: {
      ...metadata,
      finalizers: finalizers.includes(CLEANUP) ? finalizers : [...finalizers, CLEANUP],
    },
    status: { ...status, conditions },
  };
}

interface DeletionMark {
  readonly at: string;
  /** Undefined if an earlier deletion has a shorter grace period. */
  readonly grace: number | undefined;
  readonly foreground: boolean;
}

function markedMetadata(metadata: Metadata, { at, grace, foreground }: DeletionMark): Metadata {
  return {
    ...metadata,
    deletionTimestamp: at,
    deletionGracePeriodSeconds: grace ?? metadata.deletionGracePeriodSeconds,
    ...(metadata.generation === undefined ? {} : { generation: metadata.generation + 1 }),
    ...(foreground ? { finalizers: [...(metadata.finalizers ?? []), FOREGROUND] } : {}),
  };
}

/** Grace period of a pod; 0 if no kubelet runs it. */
function gracePeriod(pod: Pod, { gracePeriodSeconds }: DeleteOptions): number {
  if (!pod.spec.nodeName || hasEnded(pod)) return 0;
  return Math.max(0, gracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30);
}

/** Whether a deleted object stays, because of a finalizer or of its grace period. */
export function isRetained(cluster: ClusterContext, type: ResourceType, object: KubeObject): boolean {
  const { finalizers = [], deletionGracePeriodSeconds = 0, uid } = object.metadata;
  if (type.id === 'namespaces') return ((object as Namespace).spec.finalizers ?? []).length > 0;
  if (deletionGracePeriodSeconds > 0 || finalizers.some((name) => name !== FOREGROUND)) return true;
  return finalizers.includes(FOREGROUND) && cluster.store.ownedBy(uid).length > 0;
}

/** Removes a deleting object if nothing retains it; otherwise returns it. */
export function finishDeletion<T extends KubeObject>(
  cluster: ClusterContext,
  type: ResourceType<T>,
  object: T,
): T {
  if (object.metadata.deletionTimestamp && !isRetained(cluster, type, object))
    cluster.store.remove(type, object);
  return object;
}

/** Removes a pod that has ended, unless a finalizer retains it. */
export function removePod(cluster: ClusterContext, pod: Pod): void {
  const ended: Pod = { ...pod, metadata: { ...pod.metadata, deletionGracePeriodSeconds: 0 } };
  if (isRetained(cluster, pods, ended)) cluster.store.put(pods, ended);
  else cluster.store.remove(pods, pod);
}

function orphanDependents(cluster: ClusterContext, owner: KubeObject): void {
  for (const dependent of cluster.store.ownedBy(owner.metadata.uid)) {
    const type = cluster.store.typeOf(dependent);
    if (type) removeOwner(cluster, type, { dependent, uid: owner.metadata.uid });
  }
}

/** Removes the references of an object to the owner with the uid. */
export function removeOwner(
  cluster: ClusterContext,
  type: ResourceType,
  { dependent, uid }: { readonly dependent: KubeObject; readonly uid: string },
): void {
  const { ownerReferences = [], ...metadata } = dependent.metadata;
  const others = ownerReferences.filter((owner) => owner.uid !== uid);
  const kept = others.length > 0 ? { ...metadata, ownerReferences: others } : metadata;
  cluster.store.put(type, { ...dependent, metadata: kept });
}
