import { z } from 'zod';
import type { KubernetesClient, KubernetesObject } from '../../../engine/kubernetes/client.js';
import { isNotFound } from '../../../engine/kubernetes/kubernetes-error.js';
import { isReady } from './kubernetes-nodes.js';

/** Says on a node that an upgrade works on it. */
const UPGRADE_ANNOTATION = 'fleetgraph.dev/upgrade';
const MERGE = 'application/merge-patch+json';

export interface KubernetesNode extends KubernetesObject {
  readonly spec?: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly effect: string }[];
  };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly nodeInfo?: { readonly kubeletVersion?: string };
  };
}

const mark = z.object({
  operation: z.string(),
  /** When the upgrade took the node, RFC 3339. */
  since: z.iso.datetime(),
  /** Whether it was the upgrade that cordoned it: only then does it uncordon it. */
  cordoned: z.boolean(),
});
export type NodeMark = z.infer<typeof mark>;

/** The node of that name; undefined when Kubernetes has none. */
export async function kubernetesNode(
  client: KubernetesClient,
  name: string,
): Promise<KubernetesNode | undefined> {
  try {
    return await client.get<KubernetesNode>(pathOf(name));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** What the operation has written on the node; undefined when it has not taken it. */
export function upgradeMarkOf(node: KubernetesNode, operation: string): NodeMark | undefined {
  const text = node.metadata?.annotations?.[UPGRADE_ANNOTATION];
  if (text === undefined) return undefined;
  try {
    const found = mark.parse(JSON.parse(text));
    return found.operation === operation ? found : undefined;
  } catch {
    // Anybody can write annotations; one that is not ours says nothing.
    return undefined;
  }
}

/** Cordons a node and writes on it who did. */
export async function cordon(
  client: KubernetesClient,
  node: KubernetesNode,
  { operation, at }: { readonly operation: string; readonly at: Date },
): Promise<void> {
  const cordoned = node.spec?.unschedulable !== true;
  const text = JSON.stringify({ operation, since: at.toISOString(), cordoned } satisfies NodeMark);
  const metadata = { annotations: { [UPGRADE_ANNOTATION]: text } };
  await client.patch(pathOf(node.metadata?.name ?? ''), { metadata, spec: { unschedulable: true } }, MERGE);
}

/** Opens a node for pods again, unless it was cordoned before the upgrade. */
export async function uncordon(
  client: KubernetesClient,
  node: KubernetesNode,
  mine: NodeMark,
): Promise<void> {
  const metadata = { annotations: { [UPGRADE_ANNOTATION]: null } };
  const spec = mine.cordoned ? { spec: { unschedulable: null } } : {};
  await client.patch(pathOf(node.metadata?.name ?? ''), { metadata, ...spec }, MERGE);
}

/** Whether the kubelet runs the version and the node is Ready. */
export function runsVersion(node: KubernetesNode, version: string): boolean {
  return isReady(node) && node.status?.nodeInfo?.kubeletVersion === `v${version}`;
}

function pathOf(name: string): string {
  return `/api/v1/nodes/${encodeURIComponent(name)}`;
}
