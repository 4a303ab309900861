import { CoreV1Api, type KubeConfig, type V1Node } from '@kubernetes/client-node';

const LIST_PAGE = 500;

/** As much of a Kubernetes node as says whether it is Ready, whichever client has read it. */
interface Conditioned {
  readonly status?:
    | { readonly conditions?: readonly { readonly type: string; readonly status: string }[] | undefined }
    | undefined;
}

/** Whether Kubernetes calls the node Ready. */
export function isReady(node: Conditioned): boolean {
  return node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

/** The node of that name; undefined when there is none. */
export async function readNode(config: KubeConfig, name: string): Promise<V1Node | undefined> {
  try {
    return await config.makeApiClient(CoreV1Api).readNode({ name });
  } catch (error) {
    if ((error as { code?: number }).code === 404) return undefined;
    throw error;
  }
}

/** Every node of the cluster, read in pages. */
export async function listNodes(config: KubeConfig): Promise<V1Node[]> {
  const api = config.makeApiClient(CoreV1Api);
  const all: V1Node[] = [];
  let next: string | undefined;
  do {
    const page = await api.listNode({ limit: LIST_PAGE, ...(next && { _continue: next }) });
    all.push(...page.items);
    next = page.metadata?._continue || undefined;
  } while (next);
  return all;
}
