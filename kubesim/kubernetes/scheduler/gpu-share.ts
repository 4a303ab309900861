import { GPU_COUNT, GPU_MEMORY } from '../kinds/gpu-resources.js';
import type { Pod } from '../kinds/core.js';
import type { Amounts } from './fit.js';
import type { NodeInfo } from './node-info.js';

/** Which card of its node a pod has; where the device plugin of shared GPUs looks for it. */
const CARD = 'ALIYUN_COM_GPU_MEM_IDX';

/** The name by which what is taken of one card is counted. */
function onCard(index: number | string): string {
  return `${GPU_MEMORY}#${index}`;
}

/** What a placed pod has taken of its card, besides what it asked for of the node. */
export function takenOfCard({ metadata }: Pod, requests: Amounts): Amounts {
  const index = metadata.annotations?.[CARD];
  const amount = requests[GPU_MEMORY];
  return index === undefined || !amount ? {} : { [onCard(index)]: amount };
}

/** The fullest card that has room for the request, so that others stay free for large ones; undefined when none has. */
function cardFor({ allocatable, used }: NodeInfo, amount: number): number | undefined {
  const count = allocatable[GPU_COUNT] ?? 0;
  const size = (allocatable[GPU_MEMORY] ?? 0) / Math.max(1, count);
  const cards = Array.from({ length: count }, (_, index) => ({ index, taken: used[onCard(index)] ?? 0 }));
  const free = cards.filter(({ taken }) => taken + amount <= size + 1e-9);
  return free.sort((a, b) => b.taken - a.taken || a.index - b.index)[0]?.index;
}

/** Whether the pod's share of a card, if it wants one, fits on one card of the node. */
export function hasCard(entry: NodeInfo, requests: Amounts): boolean {
  const amount = requests[GPU_MEMORY] ?? 0;
  return amount === 0 || cardFor(entry, amount) !== undefined;
}

/** The pod with the card that it gets on the node. */
export function withCard(pod: Pod, entry: NodeInfo, requests: Amounts): Pod {
  const amount = requests[GPU_MEMORY] ?? 0;
  const card = amount > 0 ? cardFor(entry, amount) : undefined;
  if (card === undefined) return pod;
  const size = (entry.allocatable[GPU_MEMORY] ?? 0) / Math.max(1, entry.allocatable[GPU_COUNT] ?? 1);
  const annotations = {
    ...pod.metadata.annotations,
    [CARD]: String(card),
    ALIYUN_COM_GPU_MEM_POD: String(amount),
    ALIYUN_COM_GPU_MEM_DEV: String(size),
  };
  return { ...pod, metadata: { ...pod.metadata, annotations } };
}
