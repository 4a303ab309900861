import type { KubernetesClient, KubernetesObject } from '../../../../engine/kubernetes/client.js';
import { isNotFound } from '../../../../engine/kubernetes/kubernetes-error.js';
import { evict } from '../../inspection/evictable-pods.js';
import { isTerminating, ownerOf, type Pod } from '../../model/pod.js';

const STATIC_POD = 'kubernetes.io/config.mirror';
const MERGE = 'application/merge-patch+json';

interface KubernetesNode extends KubernetesObject {
  readonly spec?: { readonly unschedulable?: boolean };
}

/**
 * Performs one pass of draining a node, as `kubectl drain` does: cordons it and evicts its pods except DaemonSet pods
 * and static pods. PodDisruptionBudgets apply, so pods may remain until a later pass. Returns the number of remaining
 * pods; 0 also if Kubernetes has no such node.
 */
export async function drainNode(client: KubernetesClient, name: string): Promise<number> {
  const path = `/api/v1/nodes/${encodeURIComponent(name)}`;
  const node = await readNode(client, path);
  if (!node) return 0;
  if (!node.spec?.unschedulable) await client.patch(path, { spec: { unschedulable: true } }, MERGE);
  let remaining = 0;
  const query = { fieldSelector: `spec.nodeName=${name}` };
  for await (const pods of client.chunks<Pod>('/api/v1/pods', query)) {
    const movable = pods.filter(mustEvict);
    remaining += movable.length;
    for (const pod of movable) if (!isTerminating(pod)) await evict(client, pod);
  }
  return remaining;
}

async function readNode(client: KubernetesClient, path: string): Promise<KubernetesNode | undefined> {
  try {
    return await client.get<KubernetesNode>(path);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function mustEvict(pod: Pod): boolean {
  return ownerOf(pod)?.kind !== 'DaemonSet' && !(STATIC_POD in (pod.metadata?.annotations ?? {}));
}
