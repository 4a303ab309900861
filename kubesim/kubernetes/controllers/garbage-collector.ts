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
  if (!owner.metadata.finalizers?.includes('foregroundDeletion') || !owner.metadata.deletionTimestamp) return;
  const type = cluster.store.typeOf(owner);
  removeDependents(cluster, uid);
  if (type) finishDeletion(cluster, type, owner);
}

function removeDependents(cluster: ClusterContext, uid: string): void {
  for (const dependent of cluster.store.ownedBy(uid)) {
    const type = cluster.store.typeOf(dependent);
    if (!type || dependent.metadata.deletionTimestamp) continue;
    if (!ownedElsewhere(cluster, dependent, uid)) deleteObject(cluster, type, dependent);
    else if (!cluster.store.byUid(uid)) removeOwner(cluster, type, { dependent, uid });
  }
}

function ownedElsewhere(cluster: ClusterContext, { metadata }: KubeObject, uid: string): boolean {
  return !!metadata.ownerReferences?.some((owner) => owner.uid !== uid && cluster.store.byUid(owner.uid));
}
