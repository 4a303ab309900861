import type { ClusterContext, Controller } from '../cluster/context.js';
import { deleteObject, finishDeletion, removeOwner } from '../cluster/delete.js';
import type { KubeObject } from '../kinds/object.js';
import { groupVersion } from '../kinds/resource.js';

/** Deletes objects whose owners were deleted, and completes foreground deletions without dependents. */
export function garbageCollector(cluster: ClusterContext): Controller {
  /** Objects that are known to be gone: of others it may only be unknown what they were. */
  const deleted = new Set<string>();
  const queue = cluster.queue('garbage', (uid) => {
    collect(cluster, uid, deleted.delete(uid));
  });
  return {
    start() {
      cluster.store.onAnyChange((_type, { type: change, object, previous }) => {
        const { uid, deletionTimestamp, ownerReferences } = object.metadata;
        if (change === 'DELETED') {
          deleted.add(uid);
          queue.add(uid);
        }
        if (change === 'DELETED' || !previous)
          for (const owner of ownerReferences ?? []) queue.add(owner.uid);
        if (deletionTimestamp && change === 'MODIFIED') queue.add(uid);
      });
      for (const type of cluster.store.types())
        for (const { metadata } of cluster.store.all(type))
          for (const owner of metadata.ownerReferences ?? []) queue.add(owner.uid);
    },
  };
}

function collect(cluster: ClusterContext, uid: string, isDeleted: boolean): void {
  const owner = cluster.store.byUid(uid);
  if (!owner) return removeDependents(cluster, uid, isDeleted);
  if (!isForegroundDeleted(owner)) return;
  const type = cluster.store.typeOf(owner);
  removeDependents(cluster, uid, true);
  if (type) finishDeletion(cluster, type, owner);
}

function isForegroundDeleted({ metadata }: KubeObject): boolean {
  return !!metadata.deletionTimestamp && !!metadata.finalizers?.includes('foregroundDeletion');
}

/** Removes the dependents of an absent owner. Whether one of an unknown kind exists cannot be told, unless it was deleted here. */
function removeDependents(cluster: ClusterContext, uid: string, isDeleted: boolean): void {
  for (const dependent of cluster.store.ownedBy(uid)) {
    const type = cluster.store.typeOf(dependent);
    if (!type || dependent.metadata.deletionTimestamp) continue;
    if (!isDeleted && !hasKnownOwner(cluster, dependent, uid)) continue;
    if (!ownedElsewhere(cluster, dependent, uid)) deleteObject(cluster, type, dependent);
    else removeOwner(cluster, type, { dependent, uid });
  }
}

/** Whether the object has another owner, which does not wait for its dependents to be deleted itself. */
function ownedElsewhere(cluster: ClusterContext, { metadata }: KubeObject, uid: string): boolean {
  return !!metadata.ownerReferences?.some((reference) => {
    const owner = reference.uid === uid ? undefined : cluster.store.byUid(reference.uid);
    return owner && !isForegroundDeleted(owner);
  });
}

function hasKnownOwner({ store }: ClusterContext, { metadata }: KubeObject, uid: string): boolean {
  const reference = metadata.ownerReferences?.find((each) => each.uid === uid);
  return [...store.types()].some(
    (type) =>
      type.kind === reference?.kind &&
      (groupVersion(type) === reference.apiVersion ||
        type.custom?.apiVersions.has(reference.apiVersion) === true),
  );
}
