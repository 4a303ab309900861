import type { ClusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { KubernetesClient, type KubernetesObject } from '../../../engine/kubernetes/client.js';
import { isNotFound } from '../../../engine/kubernetes/kubernetes-error.js';
import type { KubernetesApis } from '../../../engine/kubernetes/kubernetes-apis.js';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** As much of a Kubernetes node or pod as says whether it is Ready, whichever client has read it. */
interface Conditioned {
  readonly status?: { readonly conditions?: readonly Condition[] | undefined } | undefined;
}

/** Whether Kubernetes calls the node or pod Ready. */
export function isReady(thing: Conditioned): boolean {
  return thing.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

/** What is read of a node. */
export interface ListedNode extends KubernetesObject, Conditioned {
  readonly status?: NonNullable<Conditioned['status']> & {
    readonly nodeInfo?: {
      readonly kubeletVersion: string;
      readonly kubeProxyVersion: string;
      readonly containerRuntimeVersion: string;
    };
  };
}

/** Every node of the cluster. */
export async function listNodes(
  kubernetes: KubernetesApis,
  access: ClusterAccess,
  signal?: AbortSignal,
): Promise<readonly ListedNode[]> {
  const { clusterId } = access;
  const client = new KubernetesClient(kubernetes.of(access), { clusterId, signal });
  return client.all<ListedNode>('/api/v1/nodes');
}

/** The node of that name; undefined when there is none. */
export async function readNode(client: KubernetesClient, name: string): Promise<ListedNode | undefined> {
  try {
    return await client.get<ListedNode>(`/api/v1/nodes/${encodeURIComponent(name)}`);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
