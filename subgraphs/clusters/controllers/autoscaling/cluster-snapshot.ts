import type { KubernetesClient } from '../../../../engine/kubernetes/client.js';
import type { Node as NodeRow } from '../../store/reconcile.store.js';
import type { OccupiedNode } from '../../model/autoscaling.plan.js';
import type { Node, Pod } from '../../model/scheduled-objects.js';
import {
  type ResourceAmounts,
  toResourceAmounts,
  subtractAmounts,
  type CandidateNode,
  requestsOf,
} from '../../model/pod-placement.rules.js';
import { isReady, NODES_PATH } from '../../inspection/kubernetes-nodes.js';
import { withVolumeNodeAffinity } from './volume-node-affinity.js';
import { ownerOf } from '../../model/pod.js';

const STATIC_POD = 'kubernetes.io/config.mirror';
/** Annotations that exclude a pod or a node from scale-down, as in the Cluster Autoscaler. */
const SAFE_TO_EVICT = 'cluster-autoscaler.kubernetes.io/safe-to-evict';
const SCALE_DOWN_DISABLED = 'cluster-autoscaler.kubernetes.io/scale-down-disabled';
const ENDED = new Set(['Succeeded', 'Failed']);

/** A node of the cluster and the pods on it. */
export interface SnapshotNode extends OccupiedNode {
  readonly nodePoolId: string | null;
  readonly instanceType: string;
  /** Time since which the node has been idle; null: it is not idle. */
  readonly idleSince: Date | null;
}

/** The pods and nodes that scale-up and scale-down are computed from. */
export interface ClusterSnapshot {
  /** Pods for which the scheduler finds no node, oldest first. */
  readonly waiting: readonly Pod[];
  /** Nodes that are Ready and schedulable. */
  readonly nodes: readonly SnapshotNode[];
}

/** Reads the nodes and pods of a cluster; `rows` are the nodes that the platform knows. */
export async function readClusterSnapshot(
  client: KubernetesClient,
  rows: readonly NodeRow[],
): Promise<ClusterSnapshot> {
  const [nodes, pods] = await Promise.all([client.all<Node>(NODES_PATH), client.all<Pod>('/api/v1/pods')]);
  const unended = pods.filter(({ status }) => !ENDED.has(status?.phase ?? ''));
  const living = await withVolumeNodeAffinity(client, unended);
  const podsOn = Map.groupBy(living, ({ spec }) => spec?.nodeName ?? '');
  const byName = new Map(rows.map((row) => [row.name, row]));
  return {
    waiting: living.filter(isPending).sort((a, b) => (createdAt(a) < createdAt(b) ? -1 : 1)),
    nodes: nodes.filter(takesPods).flatMap((node) => {
      const name = node.metadata?.name ?? '';
      const row = byName.get(name);
      return row ? [toSnapshotNode(node, row, podsOn.get(name) ?? [])] : [];
    }),
  };
}

function createdAt({ metadata }: Pod): string {
  return metadata?.creationTimestamp ?? '';
}

function isPending({ spec, status, metadata }: Pod): boolean {
  if (spec?.nodeName || metadata?.deletionTimestamp !== undefined) return false;
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  return scheduled?.status === 'False' && scheduled.reason === 'Unschedulable';
}

function takesPods(node: Node): boolean {
  return isReady(node) && !node.spec?.unschedulable;
}

function toSnapshotNode(node: Node, row: NodeRow, pods: readonly Pod[]): SnapshotNode {
  const allocatable = toResourceAmounts(node.status?.allocatable);
  const bound = pods.filter((pod) => belongsToNode(pod));
  const others = pods.filter((pod) => !belongsToNode(pod));
  const empty = without(allocatable, bound);
  const place: CandidateNode = {
    labels: node.metadata?.labels ?? {},
    taints: node.spec?.taints ?? [],
    free: without(empty, others),
  };
  const kept = node.metadata?.annotations?.[SCALE_DOWN_DISABLED] === 'true';
  const { id, nodePoolId, instanceType, idleSince } = row;
  return {
    ...{ id, nodePoolId, instanceType, idleSince, place, empty },
    pods: others,
    pinned: kept || others.some(isPinned),
  };
}

function without(amounts: ResourceAmounts, pods: readonly Pod[]): ResourceAmounts {
  return pods.reduce((remaining, { spec = {} }) => subtractAmounts(remaining, requestsOf(spec)), amounts);
}

/** DaemonSet pods and static pods are removed with their node, so they do not prevent scale-down. */
function belongsToNode(pod: Pod): boolean {
  return ownerOf(pod)?.kind === 'DaemonSet' || STATIC_POD in (pod.metadata?.annotations ?? {});
}

/** Pods without a controller, system pods and annotated pods prevent the removal of their node. */
function isPinned(pod: Pod): boolean {
  const safe = pod.metadata?.annotations?.[SAFE_TO_EVICT];
  if (safe !== undefined) return safe !== 'true';
  return ownerOf(pod) === undefined || pod.metadata?.namespace === 'kube-system';
}
