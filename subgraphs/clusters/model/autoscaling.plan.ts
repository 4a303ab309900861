import type { Pod } from './scheduled-objects.js';
import { type ResourceAmounts, fits, type CandidateNode, withPod } from './pod-placement.rules.js';

/** A pool that autoscaling may scale up. */
export interface ScalablePool {
  readonly id: string;
  /** How many nodes can be added to the pool. */
  readonly room: number;
  /** A new node of the pool, without its zone. */
  readonly template: CandidateNode;
  /** Zones in which new nodes can be created; empty for a cloud without zones. */
  readonly zoneIds: readonly string[];
}

/** The nodes to add to one pool, and the pods that they are for. */
export interface ScaleUp {
  readonly poolId: string;
  readonly nodes: number;
  /** The number of these nodes by zone, for pods that are bound to a zone. */
  readonly zones: Readonly<Record<string, number>>;
  readonly pods: readonly Pod[];
}

/** The scale-ups for the pending pods. */
export interface ScaleUpPlan {
  readonly growths: ScaleUp[];
  /** Pods that fit on no new node of any pool. */
  readonly unplaced: readonly Pod[];
}

interface NewNode extends CandidateNode {
  readonly pool: ScalablePool;
  /** The zones that all pods placed on the node permit. */
  readonly zoneIds: readonly string[];
  readonly pods: readonly Pod[];
}

const ZONE = 'topology.kubernetes.io/zone';

/**
 * Plans the scale-ups for pending pods. Pods that fit on existing nodes are skipped: the scheduler will place them. A
 * new node is of the pool with the least waste, so that a small pod does not create a large instance; the following
 * pods are placed on it as long as they fit. When a pool is at its maximum size, the other pools are tried.
 */
export function planScaleUp(
  waiting: readonly Pod[],
  present: readonly CandidateNode[],
  pools: readonly ScalablePool[],
): ScaleUpPlan {
  const candidates = [...present];
  const newNodes: NewNode[] = [];
  const unplaced: Pod[] = [];
  for (const pod of waiting) {
    if (placePod(candidates, pod) || placePodOnNewNode(newNodes, pod)) continue;
    const node = newNode(pod, newNodes, pools);
    if (node) newNodes.push(node);
    else unplaced.push(pod);
  }
  const growths = [...Map.groupBy(newNodes, ({ pool }) => pool)].map(([pool, nodes]) => ({
    poolId: pool.id,
    nodes: nodes.length,
    zones: zonesOf(pool, nodes),
    pods: nodes.flatMap(({ pods }) => pods),
  }));
  return { growths, unplaced };
}

/** Counts the new nodes that are bound to some of the pool's zones, by the first zone that each can be in. */
function zonesOf(pool: ScalablePool, nodes: readonly NewNode[]): Record<string, number> {
  const bound = nodes.filter(({ zoneIds }) => zoneIds.length < pool.zoneIds.length);
  const byZone = Map.groupBy(bound, ({ zoneIds }) => zoneIds[0] ?? '');
  return Object.fromEntries([...byZone].map(([zoneId, { length }]) => [zoneId, length]));
}

/** Whether a new node of the pool has room for the pod. */
export function fitsAfterScaleUp(
  { template, zoneIds }: Pick<ScalablePool, 'template' | 'zoneIds'>,
  pod: Pod,
): boolean {
  return withNewPod({ ...template, zoneIds, pods: [] }, pod) !== undefined;
}

/** Adds a pod to the new node, which can reduce its zones; undefined when the pod does not fit. */
function withNewPod<N extends Omit<NewNode, 'pool'>>(node: N, pod: Pod): N | undefined {
  const zoneIds = node.zoneIds.filter((id) => fits(pod, { ...node, labels: { ...node.labels, [ZONE]: id } }));
  const nowhere = node.zoneIds.length === 0 ? !fits(pod, node) : zoneIds.length === 0;
  return nowhere ? undefined : { ...withPod(node, pod), zoneIds, pods: [...node.pods, pod] };
}

/** Places the pod on the first new node that it fits on; false when there is none. */
function placePodOnNewNode(newNodes: NewNode[], pod: Pod): boolean {
  for (const [index, node] of newNodes.entries()) {
    const filled = withNewPod(node, pod);
    if (!filled) continue;
    newNodes[index] = filled;
    return true;
  }
  return false;
}

/** Places the pod on the first candidate that it fits on; undefined when there is none. */
function placePod<P extends CandidateNode>(places: P[], pod: Pod): P | undefined {
  const index = places.findIndex((place) => fits(pod, place));
  const place = places[index];
  if (!place) return undefined;
  places[index] = withPod(place, pod);
  return places[index];
}

function newNode(
  pod: Pod,
  newNodes: readonly NewNode[],
  pools: readonly ScalablePool[],
): NewNode | undefined {
  const options = pools
    .filter((pool) => newNodes.filter((node) => node.pool === pool).length < pool.room)
    .flatMap((pool) => withNewPod({ ...pool.template, pool, zoneIds: pool.zoneIds, pods: [] }, pod) ?? [])
    .map((node) => ({ node, unusedShare: waste(pod, node.pool.template) }))
    .sort((a, b) => a.unusedShare - b.unusedShare || (a.node.pool.id < b.node.pool.id ? -1 : 1));
  return options[0]?.node;
}

/** The share (0 to 1) of a new node's CPU and memory that remains free after the pod is placed. */
function waste(pod: Pod, template: CandidateNode): number {
  const { free } = withPod(template, pod);
  const unused = (name: string) => (free[name] ?? 0) / Math.max(template.free[name] ?? 0, 1e-9);
  return (unused('cpu') + unused('memory')) / 2;
}

/** A node with the pods that run on it. */
export interface OccupiedNode {
  readonly id: string;
  readonly place: CandidateNode;
  /** The free amounts when only DaemonSet pods run on the node. */
  readonly empty: ResourceAmounts;
  /** Pods that must be rescheduled when the node is removed; DaemonSet pods are not among them. */
  readonly pods: readonly Pod[];
  /** Pods that must not be evicted or have no controller. */
  readonly pinned: boolean;
}

/** Whether the pods use less than `threshold` percent of the node's CPU and of its memory. */
export function isIdle({ place, empty, pinned }: OccupiedNode, threshold: number): boolean {
  if (pinned) return false;
  const used = (name: string) => {
    const all = empty[name] ?? 0;
    return all === 0 ? 0 : (100 * (all - (place.free[name] ?? 0))) / all;
  };
  return Math.max(used('cpu'), used('memory')) < threshold;
}

/**
 * Selects at most `most` nodes to remove, those with the fewest pods first. All their pods must fit on the remaining
 * nodes.
 */
export function planScaleDown(
  candidates: readonly OccupiedNode[],
  others: readonly CandidateNode[],
  most: number,
): OccupiedNode[] {
  const order = [...candidates].sort((a, b) => a.pods.length - b.pods.length || (a.id < b.id ? 1 : -1));
  let remaining = [...others, ...order.map(({ place }) => place)];
  const going: OccupiedNode[] = [];
  for (const node of order) {
    if (going.length === most) break;
    const places = remaining.filter((place) => place !== node.place);
    // An earlier iteration placed pods on this node; it stays.
    if (places.length === remaining.length) continue;
    if (node.pods.every((pod) => placePod(places, pod))) {
      going.push(node);
      remaining = places;
    }
  }
  return going;
}
