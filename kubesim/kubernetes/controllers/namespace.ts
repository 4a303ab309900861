import type { ClusterContext, Controller } from '../cluster/context.js';
import { deleteObject, finishDeletion } from '../cluster/delete.js';
import { create } from '../cluster/write.js';
import { configMaps, serviceAccounts } from '../kinds/configuration.js';
import type { Namespace } from '../kinds/core.js';
import { namespaces } from '../kinds/nodes.js';
import type { KubeObject } from '../kinds/object.js';
import type { ResourceType } from '../kinds/resource.js';

/**
 * Milliseconds of real time before the contents of a deleted namespace are deleted: `kubectl delete -f` deletes a
 * namespace before the objects in it that are in the same file.
 */
const EMPTY_DELAY_MS = 1_000;

/** Creates the default service account and CA of each namespace, and deletes the contents of deleted ones. */
export function namespaceController(cluster: ClusterContext, caCertificate: string): Controller {
  const settled = new Set<string>();
  const settle = ({ metadata }: Namespace): string => {
    settled.add(metadata.uid);
    return metadata.name;
  };
  const queue = cluster.queue('namespace', (name) => {
    const namespace = cluster.store.get(namespaces, '', name);
    if (!namespace) return;
    if (!namespace.metadata.deletionTimestamp) createDefaults(cluster, name, caCertificate);
    else if (settled.has(namespace.metadata.uid)) deleteContents(cluster, namespace);
    else cluster.timers.after(EMPTY_DELAY_MS, () => queue.add(settle(namespace)));
  });
  return {
    start() {
      cluster.store.onChange(namespaces, ({ type, object }) => {
        if (type === 'DELETED') settled.delete(object.metadata.uid);
        else queue.add(object.metadata.name);
        // A client may create a pod next, which needs the service account.
        if (type === 'ADDED') createDefaults(cluster, object.metadata.name, caCertificate);
      });
      cluster.store.onAnyChange((type, { type: change, object }) => {
        if (change !== 'DELETED' || !type.namespaced) return;
        const namespace = cluster.store.get(namespaces, '', object.metadata.namespace ?? '');
        if (
          namespace?.metadata.deletionTimestamp ||
          type.id === configMaps.id ||
          type.id === serviceAccounts.id
        )
          queue.add(object.metadata.namespace ?? '');
      });
      for (const { metadata } of cluster.store.all(namespaces)) queue.add(metadata.name);
    },
  };
}

function createDefaults(cluster: ClusterContext, namespace: string, caCertificate: string): void {
  if (!cluster.store.get(serviceAccounts, namespace, 'default')) {
    create(cluster, serviceAccounts, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace },
    });
  }
  if (!cluster.store.get(configMaps, namespace, 'kube-root-ca.crt')) {
    const data = { 'ca.crt': caCertificate };
    create(cluster, configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kube-root-ca.crt', namespace },
      data,
    });
  }
}

function deleteContents(cluster: ClusterContext, namespace: Namespace): void {
  let remaining = 0;
  for (const type of cluster.store.types()) {
    if (!type.namespaced) continue;
    for (const object of contents(cluster, type, namespace.metadata.name)) {
      if (!object.metadata.deletionTimestamp) deleteObject(cluster, type, object);
      if (cluster.store.byUid(object.metadata.uid)) remaining += 1;
    }
  }
  if (remaining > 0) return;
  finishDeletion(
    cluster,
    namespaces,
    cluster.store.put(namespaces, { ...namespace, spec: { finalizers: [] } }),
  );
}

function contents(cluster: ClusterContext, type: ResourceType, namespace: string): KubeObject[] {
  return [...cluster.store.all(type)].filter(({ metadata }) => metadata.namespace === namespace);
}
