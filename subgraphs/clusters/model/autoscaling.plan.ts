import type { Pod } from './scheduled-objects.js';
import { type ResourceAmounts, fits, type CandidateNode, withPod } from './pod-placement.rules.js';

/** A pool that may grow. */
export interface ScalablePool {
  readonly id: string;
  /** Nodes that it may get more. */
  readonly room: number;
  /** What a new node of it would be, wherever it is. */
  readonly template: CandidateNode;
  /** Where new nodes can be; empty where the cloud has no zones. */
  readonly zoneIds: readonly string[];
}

/** How much a pool is to grow, and for which pods. */
export interface ScaleUp {
  readonly poolId: string;
  readonly nodes: number;
  /** How many of them must be in which zone, for pods that can be nowhere else. */
  readonly zones: Readonly<Record<string, number>>;
  readonly pods: readonly Pod[];
}

/** What is to be done for pods that wait. */
export interface ScaleUpPlan {
  readonly growths: ScaleUp[];
  /** Pods for which nothing can be done. */
  readonly unplaced: readonly Pod[];
}

interface NewNode extends CandidateNode {
  readonly pool: ScalablePool;
  /** Where it can be, for the sake of the pods that are put on it. */
  readonly zoneIds: readonly string[];
  readonly pods: readonly Pod[];
}

const ZONE = 'topology.kubernetes.io/zone';

/**
 * Which pools are to grow so that pods find a place that find none now. Pods that fit on what is there are the
 * scheduler's, who needs a moment. A new node is of the pool that the pod fills best (least waste), so that a small
 * pod does not bring a large instance; the next pods are put on it as long as they fit. Where one pool may not grow any
 * more, others do as well.
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

/** How many of the new nodes cannot be in any of the pool's zones, by the one that they are to be in. */
function zonesOf(pool: ScalablePool, nodes: readonly NewNode[]): Record<string, number> {
  const bound = nodes.filter(({ zoneIds }) => zoneIds.length < pool.zoneIds.length);
  const byZone = Map.groupBy(bound, ({ zoneIds }) => zoneIds[0] ?? '');
  return Object.fromEntries([...byZone].map(([zoneId, { length }]) => [zoneId, length]));
}

/** Whether a new node of the pool could take the pod. */
export function fitsAfterScaleUp(
  { template, zoneIds }: Pick<ScalablePool, 'template' | 'zoneIds'>,
  pod: Pod,
): boolean {
  return withNewPod({ ...template, zoneIds, pods: [] }, pod) !== undefined;
}

/** The new node with a pod more, which may leave it fewer zones; undefined when the pod does not fit. */
function withNewPod<N extends Omit<NewNode, 'pool'>>(node: N, pod: Pod): N | undefined {
  const zoneIds = node.zoneIds.filter((id) => fits(pod, { ...node, labels: { ...node.labels, [ZONE]: id } }));
  const nowhere = node.zoneIds.length === 0 ? !fits(pod, node) : zoneIds.length === 0;
  return nowhere ? undefined : { ...withPod(node, pod), zoneIds, pods: [...node.pods, pod] };
}

/** Puts the pod on the first of the new nodes that it fits on; false when there is none. */
function placePodOnNewNode(newNodes: NewNode[], pod: Pod): boolean {
  for (const [index, node] of newNodes.entries()) {
    const filled = withNewPod(node, pod);
    if (!filled) continue;
    newNodes[index] = filled;
    return true;
  }
  return false;
}

/** Puts the pod on the first of the places that it fits on; undefined when there is none. */
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

/** The part of a new node's CPU and memory that the pod would leave unused. */
function waste(pod: Pod, template: CandidateNode): number {
  const { free } = withPod(template, pod);
  const unused = (name: string) => (free[name] ?? 0) / Math.max(template.free[name] ?? 0, 1e-9);
  return (unused('cpu') + unused('memory')) / 2;
}

/** A node with what runs on it. */
export interface OccupiedNode {
  readonly id: string;
  readonly place: CandidateNode;
  /** What it offers when there is nothing on it but what comes with every node. */
  readonly empty: ResourceAmounts;
  /** Pods that would have to go elsewhere; those of DaemonSets go with it. */
  readonly pods: readonly Pod[];
  /** Pods that must not be evicted or have no controller. */
  readonly pinned: boolean;
}

/** Whether pods use so little of a node that it could be spared: less than `threshold` percent of CPU and memory. */
export function isIdle({ place, empty, pinned }: OccupiedNode, threshold: number): boolean {
  if (pinned) return false;
  const used = (name: string) => {
    const all = empty[name] ?? 0;
    return all === 0 ? 0 : (100 * (all - (place.free[name] ?? 0))) / all;
  };
  return Math.max(used('cpu'), used('memory')) < threshold;
}

/**
 * Which of the nodes can go, the emptiest first and at most so many: their pods must all find a place on what is left.
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
    // Others may have been put here meanwhile; then it stays.
    if (places.length === remaining.length) continue;
    if (node.pods.every((pod) => placePod(places, pod))) {
      going.push(node);
      remaining = places;
    }
  }
  return going;
}
