import type { ContainerUse } from '../../../engine/providers/container-instance-provider.js';
import { parseQuantity } from '../../../kernel/kubernetes/quantity.js';

/** The usage record of a container instance that runs a pod. */
export interface MeteredPod {
  readonly uid: string;
  readonly account: string;
  readonly clusterId: string;
  readonly milliCpu: number;
  readonly memoryMiB: number;
  readonly startedAt: string;
  /** null while it runs. */
  readonly endedAt: string | null;
}

/** The part of a pod that decides whether it is counted. */
export interface PodObject {
  readonly status?: { readonly phase?: string };
}

/** The size of a container instance for a pod without requests and limits: 2 vCPUs with 4 GiB. */
const DEFAULT_SIZE = { milliCpu: 2_000, memoryMiB: 4_096 } as const;
const MEBIBYTE = 2 ** 20;
/** Minimum usage in milliseconds: Kubernetes reports whole seconds, so a pod may start and end in the same one. */
const MIN_USE_MS = 1_000;
/** The maximum of the columns (integer), above the size of any container instance: a pod may request any quantity. */
const MAX_AMOUNT = 2 ** 31 - 1;

/** Converts the usage of a container instance to its usage record. */
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
    endedAt: endedAt && new Date(Math.max(endedAt.getTime(), startedAt.getTime() + MIN_USE_MS)).toISOString(),
  };
}

/** Whether the pod no longer counts against the pod quota of its cluster. */
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
  return { milliCpu: milliCpu || DEFAULT_SIZE.milliCpu, memoryMiB: memoryMiB || DEFAULT_SIZE.memoryMiB };
}

/** Rounds up within the range of the columns: one pod out of range would fail the statement that records all usage. */
function roundUp(amount: number): number {
  return Math.min(MAX_AMOUNT, Math.max(0, Math.ceil(amount)));
}
