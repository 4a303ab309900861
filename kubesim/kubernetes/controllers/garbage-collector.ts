import type { ClusterContext, Controller } from '../cluster/context.js';
import { deleteObject, finishDeletion, removeOwner } from '../cluster/delete.js';
import type { KubeObject } from '../kinds/object.js';

/** Deletes objects whose owners were deleted, and completes foreground deletions without dependents. */
export function garbageCollector(cluster: ClusterContext): Controller {
  const queue = cluster.queue('garbage', (uid) => collect(cluster, uid));
  return {
    start() {
      cluster.store.onAnyChange((_type, { type: change, object, previous }) => {
        const { uid, deletionTimestamp, ownerReferences } = object.metadata;
        if (change === 'DELETED') queue.add(uid);
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

function collect(cluster: ClusterContext, uid: string): void {
  const owner = cluster.store.byUid(uid);
  if (!owner) return removeDependents(cluster, uid);
  if (!isForegroundDeleted(owner)) return;
  const type = cluster.store.typeOf(owner);
  removeDependents(cluster, uid);
  if (type) finishDeletion(cluster, type, owner);
}

function isForegroundDeleted({ metadata }: KubeObject): boolean {
  return !!metadata.deletionTimestamp && !!metadata.finalizers?.includes('foregroundDeletion');
}

function removeDependents(cluster: ClusterContext, uid: string): void {
  for (const dependent of cluster.store.ownedBy(uid)) {
    const type = cluster.store.typeOf(dependent);
    if (!type || dependent.metadata.deletionTimestamp) continue;
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
