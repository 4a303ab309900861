import type { ClusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { KubernetesClient, type KubernetesObject } from '../../../engine/kubernetes/client.js';
import { isNotFound } from '../../../engine/kubernetes/kubernetes-error.js';
import type { KubernetesApis } from '../../../engine/kubernetes/kubernetes-apis.js';
import { listPath, objectPath } from '../../../engine/kubernetes/paths.js';

const NODES = { apiVersion: 'v1', resource: 'nodes' } as const;

/** Path of the list of nodes in a cluster's Kubernetes API. */
export const NODES_PATH = listPath(NODES);

/** Path of a node in its cluster's Kubernetes API. */
export function nodePath(name: string): string {
  return objectPath(NODES, undefined, name);
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** The part of a Kubernetes node or pod that contains the Ready condition, independent of the client that read it. */
interface Conditioned {
  readonly status?: { readonly conditions?: readonly Condition[] | undefined } | undefined;
}

/** Whether the Ready condition of the node or pod is True. */
export function isReady(thing: Conditioned): boolean {
  return thing.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

/** The fields that are read of a node. */
export interface ListedNode extends KubernetesObject, Conditioned {
  readonly status?: NonNullable<Conditioned['status']> & {
    readonly nodeInfo?: {
      readonly kubeletVersion: string;
      readonly kubeProxyVersion: string;
      readonly containerRuntimeVersion: string;
    };
  };
}

/** Lists every node of the cluster. */
export async function listNodes(
  kubernetes: KubernetesApis,
  access: ClusterAccess,
  signal?: AbortSignal,
): Promise<readonly ListedNode[]> {
  const { clusterId } = access;
  const client = new KubernetesClient(kubernetes.of(access), { clusterId, signal });
  return client.all<ListedNode>(NODES_PATH);
}

/** Reads the node of that name; undefined if it does not exist. */
export async function readNode<T extends KubernetesObject = ListedNode>(
  client: KubernetesClient,
  name: string,
): Promise<T | undefined> {
  try {
    return await client.get<T>(nodePath(name));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
