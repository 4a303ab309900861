import type { ClusterAccess } from '../../../engine/cluster-access.js';
import { KubernetesClient, type KubernetesObject } from '../../../engine/kubernetes/client.js';
import type { KubernetesApis } from '../../../engine/kubernetes-apis.js';
import { isReady, type ListedNode, listNodes } from '../reconcile/kubernetes-nodes.js';
import type { AgentPod, NodeReport } from './node-components.rules.js';

/** What is read of a pod of kube-system. */
interface ListedPod extends KubernetesObject {
  readonly spec?: {
    readonly nodeName?: string;
    readonly containers?: readonly { readonly image?: string }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** What Kubernetes says of each node of a cluster, by the node's name: two lists, however many nodes there are. */
export async function readNodeReports(
  kubernetes: KubernetesApis,
  access: ClusterAccess,
): Promise<ReadonlyMap<string, NodeReport>> {
  const { clusterId } = access;
  const client = new KubernetesClient(kubernetes.of(access), { clusterId });
  const [nodes, pods] = await Promise.all([
    listNodes(kubernetes, access),
    client.all<ListedPod>('/api/v1/namespaces/kube-system/pods'),
  ]);
  const byNode = Map.groupBy(pods, ({ spec }) => spec?.nodeName ?? '');
  return new Map(
    nodes.map((node) => {
      const name = node.metadata?.name ?? '';
      return [name, reportOf(node, byNode.get(name) ?? [])];
    }),
  );
}

function reportOf({ status }: ListedNode, pods: readonly ListedPod[]): NodeReport {
  const { nodeInfo, conditions = [] } = status ?? {};
  return {
    conditions,
    kubelet: nodeInfo?.kubeletVersion ?? '',
    runtime: nodeInfo?.containerRuntimeVersion ?? '',
    agents: pods.flatMap(agentOf),
  };
}

function agentOf(pod: ListedPod): AgentPod[] {
  const owner = pod.metadata?.ownerReferences?.find(({ kind }) => kind === 'DaemonSet');
  if (!owner) return [];
  const { phase = 'Unknown' } = pod.status ?? {};
  return [{ daemonSet: owner.name, ready: isReady(pod), phase, version: imageVersion(pod) }];
}

/** The tag of the first container's image, without the `v` before a number; null where it has none. */
function imageVersion({ spec }: ListedPod): string | null {
  const [, tag] = /:v?([^:/@]+)(?:@.*)?$/.exec(spec?.containers?.[0]?.image ?? '') ?? [];
  return tag ?? null;
}
