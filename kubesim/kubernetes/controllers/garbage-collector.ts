import type { ClusterContext, Controller } from '../cluster/context.js';
import { deleteObject, finishDeletion, removeOwner } from '../cluster/delete.js';
import type { KubeObject, OwnerReference } from '../kinds/object.js';
import { groupVersion } from '../kinds/resource.js';

/** Deletes objects whose owners were deleted, and completes foreground deletions without dependents. */
export function garbageCollector(cluster: ClusterContext): Controller {
  /** Objects that are known to be gone: of others it may only be unknown what they were. */
  const deleted = new Set<string>();
  const queue = cluster.queue('garbage', (uid) => {
    if (collect(cluster, uid, deleted.has(uid))) queue.add(uid);
    else deleted.delete(uid);
  });
  const addOwners = ({ metadata: { uid, ownerReferences } }: KubeObject) => {
    if (!ownerReferences) return;
    for (const owner of ownerReferences) queue.add(owner.uid);
    queue.add(uid);
  };
  return {
    start() {
      cluster.store.onAnyChange((_type, { type: change, object, previous }) => {
        const { uid, deletionTimestamp, ownerReferences } = object.metadata;
        if (change === 'DELETED') {
          deleted.add(uid);
          queue.add(uid);
        }
        if (change === 'DELETED' || ownerReferences !== previous?.metadata.ownerReferences) addOwners(object);
        if (deletionTimestamp && change === 'MODIFIED') queue.add(uid);
      });
      for (const type of cluster.store.types())
        for (const object of cluster.store.all(type)) addOwners(object);
    },
  };
}

/** Collects what an object owns. Returns whether more is left for the next step. */
function collect(cluster: ClusterContext, uid: string, isDeleted: boolean): boolean {
  const object = cluster.store.byUid(uid);
  if (!object) return removeDependents(cluster, uid, isDeleted);
  if (!object.metadata.deletionTimestamp) checkOwners(cluster, object);
  if (!isForegroundDeleted(object)) return false;
  const type = cluster.store.typeOf(object);
  if (removeDependents(cluster, uid, true)) return true;
  if (type) finishDeletion(cluster, type, object);
  return false;
}

function isForegroundDeleted({ metadata }: KubeObject): boolean {
  return !!metadata.deletionTimestamp && !!metadata.finalizers?.includes('foregroundDeletion');
}

/** Dependents that one step removes, which delays all other work. */
const REMOVALS = 100;

/**
 * Removes dependents of an absent owner. Whether one of an unknown kind exists cannot be told, unless it was deleted here. Returns
 * whether more may be left.
 */
function removeDependents(cluster: ClusterContext, uid: string, isDeleted: boolean): boolean {
  let removed = 0;
  for (const dependent of cluster.store.ownedBy(uid)) {
    if (dependent.metadata.deletionTimestamp) continue;
    const reference = dependent.metadata.ownerReferences?.find((owner) => owner.uid === uid);
    if (!isDeleted && !isOfKnownKind(cluster, dependent, reference)) continue;
    if (removed === REMOVALS) return true;
    removeDependent(cluster, dependent, uid);
    removed += 1;
  }
  return false;
}

/** Deletes a dependent of an owner that is absent, or removes its reference if it has another owner. */
function removeDependent(cluster: ClusterContext, dependent: KubeObject, uid: string): void {
  const type = cluster.store.typeOf(dependent);
  if (!type) return;
  if (!ownedElsewhere(cluster, dependent, uid)) deleteObject(cluster, type, dependent);
  else removeOwner(cluster, type, { dependent, uid });
}

/** Whether the object has another owner, which does not wait for its dependents to be deleted itself. */
function ownedElsewhere(cluster: ClusterContext, dependent: KubeObject, uid: string): boolean {
  return !!dependent.metadata.ownerReferences?.some((reference) => {
    const owner = reference.uid === uid ? undefined : cluster.store.byUid(reference.uid);
    return owner && isNamedBy(cluster, owner, { reference, dependent }) && !isForegroundDeleted(owner);
  });
}

/** An object and its reference to an owner. */
interface Ownership {
  readonly reference: OwnerReference;
  readonly dependent: KubeObject;
}

/** Whether an owner is the object that a reference names: one of its namespace, or of none. */
function isNamedBy(
  { store }: ClusterContext,
  owner: KubeObject,
  { reference, dependent }: Ownership,
): boolean {
  const { name, namespace = dependent.metadata.namespace } = owner.metadata;
  const isPlaced = name === reference.name && namespace === dependent.metadata.namespace;
  return isPlaced && store.typeOf(owner)?.id === store.typeOf(reference)?.id;
}

/** An owner with the uid of a reference that has another name, kind or namespace is absent. */
function checkOwners(cluster: ClusterContext, dependent: KubeObject): void {
  for (const reference of dependent.metadata.ownerReferences ?? []) {
    const { uid } = reference;
    const owner = cluster.store.byUid(uid);
    if (!owner || isNamedBy(cluster, owner, { reference, dependent })) continue;
    if (owner.metadata.namespace !== undefined && owner.metadata.namespace !== dependent.metadata.namespace)
      reportNamespace(cluster, { reference, dependent });
    const current = cluster.store.byUid(dependent.metadata.uid);
    if (current && isOfKnownKind(cluster, dependent, reference)) removeDependent(cluster, current, uid);
  }
}

function reportNamespace(cluster: ClusterContext, { reference, dependent }: Ownership): void {
  const { apiVersion, kind, name, uid } = reference;
  const { namespace = '' } = dependent.metadata;
  const owner = `[${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}]`;
  cluster.events.record(dependent, {
    type: 'Warning',
    reason: 'OwnerRefInvalidNamespace',
    message: `ownerRef ${owner} does not exist in namespace ${JSON.stringify(namespace)}`,
    component: 'garbage-collector-controller',
  });
}

/** Whether the kind of an owner is served. It is unknown whether what has no namespace has an owner in one. */
function isOfKnownKind(
  { store }: ClusterContext,
  { metadata: { namespace } }: KubeObject,
  reference: OwnerReference | undefined,
): boolean {
  return store
    .types()
    .some(
      (type) =>
        type.kind === reference?.kind &&
        (groupVersion(type) === reference.apiVersion ||
          type.custom?.apiVersions.has(reference.apiVersion) === true) &&
        !(type.namespaced && namespace === undefined),
    );
}
