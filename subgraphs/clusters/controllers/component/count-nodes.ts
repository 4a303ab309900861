import type { KubernetesClient } from '../../../../engine/kubernetes/client.js';
import { isReady, NODES_PATH } from '../../inspection/kubernetes-nodes.js';
import type { KubernetesNode } from '../../inspection/node-cordon.js';
import type { NodeAvailability } from '../../model/rollout.js';

/** Counts the schedulable nodes and the nodes that are not Ready. */
export async function countSchedulableNodes(client: KubernetesClient): Promise<NodeAvailability> {
  let open = 0;
  let notReady = 0;
  for await (const nodes of client.chunks<KubernetesNode>(NODES_PATH)) {
    open += nodes.filter(takesAnyPod).length;
    notReady += nodes.filter((node) => !isReady(node)).length;
  }
  return { open, notReady };
}

const REPELLING_EFFECTS: ReadonlySet<string> = new Set(['NoSchedule', 'NoExecute']);

function takesAnyPod(node: KubernetesNode): boolean {
  const { unschedulable = false, taints = [] } = node.spec ?? {};
  return isReady(node) && !unschedulable && !taints.some(({ effect }) => REPELLING_EFFECTS.has(effect));
}
