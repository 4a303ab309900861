import { GPU_COUNT, GPU_MEMORY } from '../kinds/gpu-resources.js';
import type { Pod } from '../kinds/core.js';
import type { Amounts } from './fit.js';
import type { NodeInfo } from './node-info.js';

/** Annotation with the GPU of a pod, which the device plugin of shared GPUs reads. */
const CARD = 'ALIYUN_COM_GPU_MEM_IDX';

/** Resource name of the used memory of one card. */
function onCard(index: number | string): string {
  return `${GPU_MEMORY}#${index}`;
}

/** Memory that a scheduled pod uses of its card. */
export function cardUsage({ metadata }: Pod, requests: Amounts): Amounts {
  const index = metadata.annotations?.[CARD];
  const amount = requests[GPU_MEMORY];
  return index === undefined || !amount ? {} : { [onCard(index)]: amount };
}

/** The fullest card that fits the request, so that other cards stay free for large requests; undefined if none fits. */
function cardFor({ allocatable, used }: NodeInfo, amount: number): number | undefined {
  const count = allocatable[GPU_COUNT] ?? 0;
  const size = (allocatable[GPU_MEMORY] ?? 0) / Math.max(1, count);
  const cards = Array.from({ length: count }, (_, index) => ({
    index,
    usedMemory: used[onCard(index)] ?? 0,
  }));
  const free = cards.filter(({ usedMemory }) => usedMemory + amount <= size + 1e-9);
  return free.sort((a, b) => b.usedMemory - a.usedMemory || a.index - b.index)[0]?.index;
}

/** Whether the requested GPU memory, if any, fits on one card of the node. */
export function hasCard(entry: NodeInfo, requests: Amounts): boolean {
  const amount = requests[GPU_MEMORY] ?? 0;
  return amount === 0 || cardFor(entry, amount) !== undefined;
}

/** The pod with the annotation of its card on the node. */
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
