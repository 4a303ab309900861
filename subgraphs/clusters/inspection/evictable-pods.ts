import type { KubernetesClient } from '../../../engine/kubernetes/client.js';
import {
  isNotFound,
  KubernetesStatusError,
  KubernetesUnavailable,
} from '../../../engine/kubernetes/kubernetes-error.js';
import { type Pod, ownerOf } from '../model/pod.js';

const STATIC_POD = 'kubernetes.io/config.mirror';
const ENDED = new Set(['Succeeded', 'Failed']);

/**
 * Returns the pods of a node to evict before its kubelet is upgraded. Excluded are completed pods; DaemonSet pods and
 * static pods, which run only on their node; and pods without a controller, which keep running during the upgrade.
 */
export async function evictablePods(client: KubernetesClient, nodeName: string): Promise<Pod[]> {
  const pods = await client.all<Pod>('/api/v1/pods', { fieldSelector: `spec.nodeName=${nodeName}` });
  return pods.filter(isEvictable);
}

function isEvictable(pod: Pod): boolean {
  const { annotations = {}, deletionTimestamp } = pod.metadata ?? {};
  const owner = ownerOf(pod);
  if (!owner || owner.kind === 'DaemonSet' || STATIC_POD in annotations) return false;
  return deletionTimestamp !== undefined || !ENDED.has(pod.status?.phase ?? '');
}

/** Evicts the pod; false if a PodDisruptionBudget rejects it now. */
export async function evict(client: KubernetesClient, { metadata }: Pod): Promise<boolean> {
  const { namespace = '', name = '' } = metadata ?? {};
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/eviction`;
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { namespace, name } };
  try {
    await client.create(path, body);
    return true;
  } catch (error) {
    if (isNotFound(error)) return true;
    if (isBudget(error)) return false;
    throw error;
  }
}

function isBudget(error: unknown): boolean {
  return (
    error instanceof KubernetesUnavailable &&
    error.cause instanceof KubernetesStatusError &&
    error.cause.status === 429
  );
}
