import type { KubernetesClient, KubernetesObject } from '../../../../engine/kubernetes/client.js';
import { MAX_SINGLE_READS } from '../../inspection/node-metadata.reader.js';
import { isReady, type ListedNode, NODES_PATH, readNode } from '../../inspection/kubernetes-nodes.js';
import { type AgentPod, imageVersion, type NodeReport } from '../../model/node-components.rules.js';

const SYSTEM_PODS = '/api/v1/namespaces/kube-system/pods';

/** The fields of a kube-system pod that are read. */
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

/**
 * Reads the Kubernetes state of nodes by name. Up to ten nodes take two requests each; more take two lists of all
 * nodes and pods.
 */
export async function readNodeReports(
  client: KubernetesClient,
  names: readonly string[],
): Promise<ReadonlyMap<string, NodeReport>> {
  if (names.length <= MAX_SINGLE_READS) {
    const found = await Promise.all(names.map((name) => readNodeReport(client, name)));
    return new Map(found.flat());
  }
  const [nodes, pods] = await Promise.all([
    client.all<ListedNode>(NODES_PATH),
    client.all<ListedPod>(SYSTEM_PODS),
  ]);
  const byNode = Map.groupBy(pods, ({ spec }) => spec?.nodeName ?? '');
  return new Map(
    nodes.map((node) => {
      const name = node.metadata?.name ?? '';
      return [name, reportOf(node, byNode.get(name) ?? [])];
    }),
  );
}

async function readNodeReport(client: KubernetesClient, name: string): Promise<[string, NodeReport][]> {
  const [node, pods] = await Promise.all([
    readNode<ListedNode>(client, name),
    client.all<ListedPod>(SYSTEM_PODS, { fieldSelector: `spec.nodeName=${name}` }),
  ]);
  return node ? [[name, reportOf(node, pods)]] : [];
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
  const image = pod.spec?.containers?.[0]?.image ?? '';
  return [{ daemonSet: owner.name, ready: isReady(pod), phase, version: imageVersion(image) }];
}
