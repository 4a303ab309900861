import { sameJson } from '../../../kernel/same-json.js';
import type { ClusterContext, Controller } from '../cluster/context.js';
import { deleteObject, finishDeletion } from '../cluster/delete.js';
import { create, replaceStatus, updateByController } from '../cluster/write.js';
import { configMaps, serviceAccounts } from '../kinds/configuration.js';
import type { Namespace } from '../kinds/core.js';
import { namespaces } from '../kinds/nodes.js';
import { timestamp, type KubeObject } from '../kinds/object.js';
import { pods } from '../kinds/pods.js';
import type { ResourceType } from '../kinds/resource.js';
import { terminatingConditions } from './namespace-conditions.js';

/**
 * Milliseconds of real time before the contents of a deleted namespace are deleted: `kubectl delete -f` deletes a
 * namespace before the objects in it that are in the same file.
 */
const EMPTY_DELAY_MS = 1_000;

/** The ConfigMap with the certificate of the API server that each namespace has. */
const ROOT_CA = 'kube-root-ca.crt';
const DESCRIPTION = {
  'kubernetes.io/description':
    'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
};

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
    else if (settled.has(namespace.metadata.uid)) {
      if (deleteContents(cluster, namespace)) queue.add(name);
    } else cluster.timers.after(EMPTY_DELAY_MS, () => queue.add(settle(namespace)));
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
        const { namespace = '' } = object.metadata;
        if (isDefault(type, object)) queue.add(namespace);
        else if (change === 'DELETED' && type.namespaced && isTerminating(cluster, namespace))
          queue.add(namespace);
      });
      for (const { metadata } of cluster.store.all(namespaces)) queue.add(metadata.name);
    },
  };
}

/** Whether the object is one that each namespace has. */
function isDefault({ id }: ResourceType, { metadata }: KubeObject): boolean {
  if (id === configMaps.id) return metadata.name === ROOT_CA;
  return id === serviceAccounts.id && metadata.name === 'default';
}

function isTerminating({ store }: ClusterContext, name: string): boolean {
  return store.get(namespaces, '', name)?.metadata.deletionTimestamp !== undefined;
}

function createDefaults(cluster: ClusterContext, namespace: string, caCertificate: string): void {
  if (!cluster.store.get(serviceAccounts, namespace, 'default')) {
    create(cluster, serviceAccounts, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace },
    });
  }
  const data = { 'ca.crt': caCertificate };
  const published = cluster.store.get(configMaps, namespace, ROOT_CA);
  if (published && !sameJson(published.data, data))
    updateByController(cluster, configMaps, published, ({ binaryData: _data, ...map }) => ({ ...map, data }));
  if (!published) {
    create(cluster, configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: ROOT_CA, namespace, annotations: DESCRIPTION },
      data,
    });
  }
}

/** Objects that one step deletes, which delays all other work. */
const DELETIONS = 100;

/**
 * Deletes contents of a namespace, its pods first, and the namespace when nothing remains. Returns whether objects are left that
 * the next step has to delete.
 */
function deleteContents(cluster: ClusterContext, namespace: Namespace): boolean {
  const types = [...cluster.store.types()].filter(({ namespaced }) => namespaced);
  const remaining = new Map<ResourceType, KubeObject[]>();
  let deletions = DELETIONS;
  for (const type of [pods, ...types.filter(({ id }) => id !== pods.id)]) {
    const { left, deleted } = deleteSome(cluster, type, { namespace: namespace.metadata.name, deletions });
    deletions -= deleted;
    if (deletions === 0) return true;
    if (left.length > 0) remaining.set(type, left);
    if (type === pods && left.length > 0) break;
  }
  // Like the controller of Kubernetes, which reports nothing that remains before its pods are gone.
  const reportable = remaining.has(pods) ? new Map() : remaining;
  const conditions = terminatingConditions(namespace, reportable, timestamp(cluster.clock.now()));
  const reported = replaceStatus(cluster, namespaces, namespace, { ...namespace.status, conditions });
  if (remaining.size > 0) return false;
  const finalizers = reported.spec.finalizers?.filter((name) => name !== 'kubernetes') ?? [];
  finishDeletion(cluster, namespaces, cluster.store.put(namespaces, { ...reported, spec: { finalizers } }));
  return false;
}

/** Deletes objects of a kind in a namespace, up to a number; returns how many, and those that remain. */
function deleteSome(
  cluster: ClusterContext,
  type: ResourceType,
  { namespace, deletions }: { readonly namespace: string; readonly deletions: number },
): { readonly left: KubeObject[]; readonly deleted: number } {
  const objects = [...cluster.store.all(type)].filter(({ metadata }) => metadata.namespace === namespace);
  const doomed = objects.filter(({ metadata }) => !metadata.deletionTimestamp).slice(0, deletions);
  for (const object of doomed) deleteObject(cluster, type, object);
  const left = objects.flatMap(({ metadata }) => cluster.store.byUid(metadata.uid) ?? []);
  return { left, deleted: doomed.length };
}
