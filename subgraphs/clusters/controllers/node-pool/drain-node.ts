import {
  type KubernetesClient,
  type KubernetesObject,
  MERGE_PATCH,
} from '../../../../engine/kubernetes/client.js';
import { evict } from '../../inspection/evictable-pods.js';
import { nodePath, readNode } from '../../inspection/kubernetes-nodes.js';
import { isTerminating, ownerOf, type Pod } from '../../model/pod.js';

const STATIC_POD = 'kubernetes.io/config.mirror';

interface KubernetesNode extends KubernetesObject {
  readonly spec?: { readonly unschedulable?: boolean };
}

/**
 * Performs one pass of draining a node, as `kubectl drain` does: cordons it and evicts its pods except DaemonSet pods
 * and static pods. PodDisruptionBudgets apply, so pods may remain until a later pass. Returns the number of remaining
 * pods; 0 also if Kubernetes has no such node.
 */
export async function drainNode(client: KubernetesClient, name: string): Promise<number> {
  const node = await readNode<KubernetesNode>(client, name);
  if (!node) return 0;
  if (!node.spec?.unschedulable)
    await client.patch(nodePath(name), { spec: { unschedulable: true } }, MERGE_PATCH);
  let remaining = 0;
  const query = { fieldSelector: `spec.nodeName=${name}` };
  for await (const pods of client.chunks<Pod>('/api/v1/pods', query)) {
    const movable = pods.filter(mustEvict);
    remaining += movable.length;
    for (const pod of movable) if (!isTerminating(pod)) await evict(client, pod);
  }
  return remaining;
}

function mustEvict(pod: Pod): boolean {
  return ownerOf(pod)?.kind !== 'DaemonSet' && !(STATIC_POD in (pod.metadata?.annotations ?? {}));
}
