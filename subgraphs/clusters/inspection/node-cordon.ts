import { z } from 'zod';
import {
  type KubernetesClient,
  type KubernetesObject,
  MERGE_PATCH,
} from '../../../engine/kubernetes/client.js';
import { isReady, nodePath } from './kubernetes-nodes.js';

/** Annotation of nodes that an upgrade is processing. */
const UPGRADE_ANNOTATION = 'fleetgraph.dev/upgrade';

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
  /** Time at which the upgrade annotated the node, RFC 3339. */
  since: z.iso.datetime(),
  /** Whether the upgrade cordoned the node; otherwise it must not uncordon it. */
  cordoned: z.boolean(),
});
export type NodeMark = z.infer<typeof mark>;

/** The mark of the operation on the node; undefined if the node carries none. */
export function upgradeMarkOf(node: KubernetesNode, operation: string): NodeMark | undefined {
  const text = node.metadata?.annotations?.[UPGRADE_ANNOTATION];
  if (text === undefined) return undefined;
  try {
    const found = mark.parse(JSON.parse(text));
    return found.operation === operation ? found : undefined;
  } catch {
    // Users can write annotations; a malformed one is ignored.
    return undefined;
  }
}

/** Cordons a node and adds the mark of the operation. */
export async function cordon(
  client: KubernetesClient,
  node: KubernetesNode,
  { operation, at }: { readonly operation: string; readonly at: Date },
): Promise<void> {
  const cordoned = node.spec?.unschedulable !== true;
  const text = JSON.stringify({ operation, since: at.toISOString(), cordoned } satisfies NodeMark);
  const metadata = { annotations: { [UPGRADE_ANNOTATION]: text } };
  await client.patch(
    nodePath(node.metadata?.name ?? ''),
    { metadata, spec: { unschedulable: true } },
    MERGE_PATCH,
  );
}

/** Removes the mark, and uncordons the node unless it was cordoned before the upgrade. */
export async function uncordon(
  client: KubernetesClient,
  node: KubernetesNode,
  mine: NodeMark,
): Promise<void> {
  const metadata = { annotations: { [UPGRADE_ANNOTATION]: null } };
  const spec = mine.cordoned ? { spec: { unschedulable: null } } : {};
  await client.patch(nodePath(node.metadata?.name ?? ''), { metadata, ...spec }, MERGE_PATCH);
}

/** Whether the kubelet runs the version and the node is Ready. */
export function runsVersion(node: KubernetesNode, version: string): boolean {
  return isReady(node) && node.status?.nodeInfo?.kubeletVersion === `v${version}`;
}
