import type { ContainerUse } from '../../../engine/providers/container-instance-provider.js';
import { parseQuantity } from '../../../kernel/kubernetes/quantity.js';
import type { MeteredPod } from '../store/billing.store.js';

/** A pod, as far as it is counted. */
export interface PodObject {
  readonly status?: { readonly phase?: string };
}

/** The container instance that a pod gets that says nothing of its size: 2 vCPUs with 4 GiB. */
const USUAL = { milliCpu: 2_000, memoryMiB: 4_096 } as const;
const MEBIBYTE = 2 ** 20;
/** The shortest use: Kubernetes tells whole seconds, and what began and ended within one has been used, too. */
const SECOND = 1_000;
/** More than any container instance has, and what the columns hold: a pod may ask for any quantity. */
const LARGEST = 2 ** 31 - 1;

/** What is to be billed of a use of a container instance. */
export function meteredPod({
  podUid,
  clusterId,
  account,
  startedAt,
  endedAt,
  containers,
}: ContainerUse): MeteredPod {
  const size = sizeOf(containers);
  return {
    uid: podUid,
    clusterId,
    account,
    ...size,
    startedAt: startedAt.toISOString(),
    endedAt: endedAt && new Date(Math.max(endedAt.getTime(), startedAt.getTime() + SECOND)).toISOString(),
  };
}

/** Whether it counts no more among the pods of its cluster. */
export function hasEnded({ status }: PodObject): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

function sizeOf(containers: ContainerUse['containers']): Pick<MeteredPod, 'milliCpu' | 'memoryMiB'> {
  const sum = (name: string) =>
    containers.reduce((total, { resources }) => {
      const amount = resources?.requests?.[name] ?? resources?.limits?.[name];
      return total + (amount === undefined ? 0 : parseQuantity(amount) || 0);
    }, 0);
  const milliCpu = roundUp(sum('cpu') * 1_000);
  const memoryMiB = roundUp(sum('memory') / MEBIBYTE);
  return { milliCpu: milliCpu || USUAL.milliCpu, memoryMiB: memoryMiB || USUAL.memoryMiB };
}

/** Rounded up, within what is recorded: one account's pod must not keep the uses of all from being recorded. */
function roundUp(amount: number): number {
  return Math.min(LARGEST, Math.max(0, Math.ceil(amount)));
}
