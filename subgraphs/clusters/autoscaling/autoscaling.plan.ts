import type { Pod } from './kubernetes-objects.js';
import { type Amounts, fits, type Place, withPod } from './pod-placement.rules.js';

/** A pool that may grow. */
export interface GrowablePool {
  readonly id: string;
  /** Nodes that it may get more. */
  readonly room: number;
  /** What a new node of it would be. */
  readonly template: Place;
}

/** How much a pool is to grow, and for which pods. */
export interface Growth {
  readonly poolId: string;
  readonly nodes: number;
  readonly pods: readonly Pod[];
}

/** What is to be done for pods that wait. */
export interface GrowthPlan {
  readonly growths: Growth[];
  /** Pods for which nothing can be done. */
  readonly left: readonly Pod[];
}

interface NewNode extends Place {
  readonly poolId: string;
}

/**
 * Which pools are to grow so that pods find a place that find none now. Pods that fit on what is there are the
 * scheduler's, who needs a moment. A new node is of the pool that the pod fills best (least waste), so that a small
 * pod does not bring a large machine; the next pods are put on it as long as they fit.
 */
export function planGrowth(
  waiting: readonly Pod[],
  present: readonly Place[],
  pools: readonly GrowablePool[],
): GrowthPlan {
  const there = [...present];
  const made: NewNode[] = [];
  const pods = new Map<string, Pod[]>();
  const left: Pod[] = [];
  for (const pod of waiting) {
    if (putOn(there, pod)) continue;
    const known = putOn(made, pod);
    const node = known ?? newNode(pod, made, pools);
    if (!node) {
      left.push(pod);
      continue;
    }
    if (!known) made.push(node);
    pods.set(node.poolId, [...(pods.get(node.poolId) ?? []), pod]);
  }
  const growths = [...Map.groupBy(made, ({ poolId }) => poolId)].map(([poolId, nodes]) => ({
    poolId,
    nodes: nodes.length,
    pods: pods.get(poolId) ?? [],
  }));
  return { growths, left };
}

/** Puts the pod on the first of the places that it fits on; undefined when there is none. */
function putOn<P extends Place>(places: P[], pod: Pod): P | undefined {
  const index = places.findIndex((place) => fits(pod, place));
  const place = places[index];
  if (!place) return undefined;
  places[index] = withPod(place, pod);
  return places[index];
}

function newNode(pod: Pod, made: readonly NewNode[], pools: readonly GrowablePool[]): NewNode | undefined {
  const options = pools
    .filter(({ id, room }) => made.filter(({ poolId }) => poolId === id).length < room)
    .filter(({ template }) => fits(pod, template))
    .map(({ id, template }) => ({ poolId: id, waste: waste(pod, template), node: withPod(template, pod) }))
    .sort((a, b) => a.waste - b.waste || (a.poolId < b.poolId ? -1 : 1));
  const [best] = options;
  return best && { ...best.node, poolId: best.poolId };
}

/** The part of a new node's CPU and memory that the pod would leave unused. */
function waste(pod: Pod, template: Place): number {
  const { free } = withPod(template, pod);
  const unused = (name: string) => (free[name] ?? 0) / Math.max(template.free[name] ?? 0, 1e-9);
  return (unused('cpu') + unused('memory')) / 2;
}

/** A node with what runs on it. */
export interface OccupiedNode {
  readonly id: string;
  readonly place: Place;
  /** What it offers when there is nothing on it but what comes with every node. */
  readonly empty: Amounts;
  /** Pods that would have to go elsewhere; those of DaemonSets go with it. */
  readonly pods: readonly Pod[];
  /** Pods that nobody may or would make anew elsewhere. */
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
export function planShrinking(
  candidates: readonly OccupiedNode[],
  others: readonly Place[],
  most: number,
): OccupiedNode[] {
  const order = [...candidates].sort((a, b) => a.pods.length - b.pods.length || (a.id < b.id ? 1 : -1));
  let left = [...others, ...order.map(({ place }) => place)];
  const going: OccupiedNode[] = [];
  for (const node of order) {
    if (going.length === most) break;
    const places = left.filter((place) => place !== node.place);
    // Others may have been put here meanwhile; then it stays.
    if (places.length === left.length) continue;
    if (node.pods.every((pod) => putOn(places, pod))) {
      going.push(node);
      left = places;
    }
  }
  return going;
}
