import { parseQuantity } from '../../../kernel/kubernetes-quantity.js';
import type { MeteredPod } from './billing.store.js';

/** A pod, as far as it is metered. */
export interface PodObject {
  readonly metadata?: { readonly uid?: string };
  readonly spec?: {
    readonly containers?: readonly {
      readonly resources?: { readonly limits?: Amounts; readonly requests?: Amounts };
    }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly startTime?: string;
    readonly containerStatuses?: readonly {
      readonly state?: { readonly terminated?: { readonly finishedAt?: string } };
    }[];
  };
}

type Amounts = Readonly<Record<string, string>>;

/** The container instance that a pod gets that says nothing of its size: 2 vCPUs with 4 GiB. */
const USUAL = { milliCpu: 2_000, memoryMiB: 4_096 } as const;
const MEBIBYTE = 2 ** 20;

/** What is to be billed of a pod at a look at `now`; undefined for one that has not begun. */
export function meteredPod(pod: PodObject, now: Date): MeteredPod | undefined {
  const { uid } = pod.metadata ?? {};
  const { startTime } = pod.status ?? {};
  if (!uid || !startTime) return undefined;
  const end = endOf(pod) ?? now.toISOString();
  return {
    uid,
    ...sizeOf(pod),
    startedAt: startTime,
    endedAt: Date.parse(end) < Date.parse(startTime) ? startTime : end,
  };
}

/** Whether it counts no more among the pods of its cluster. */
export function hasEnded({ status }: PodObject): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** When its last container ended; undefined while it runs. */
function endOf(pod: PodObject): string | undefined {
  const { status } = pod;
  if (!hasEnded(pod)) return undefined;
  const ends = (status?.containerStatuses ?? []).flatMap(({ state }) => state?.terminated?.finishedAt ?? []);
  const last = ends.sort((a, b) => Date.parse(a) - Date.parse(b)).at(-1);
  return last === undefined ? status?.startTime : new Date(last).toISOString();
}

function sizeOf({ spec }: PodObject): Pick<MeteredPod, 'milliCpu' | 'memoryMiB'> {
  const containers = spec?.containers ?? [];
  const sum = (name: string) =>
    containers.reduce((total, { resources }) => {
      const amount = resources?.requests?.[name] ?? resources?.limits?.[name];
      return total + (amount === undefined ? 0 : parseQuantity(amount) || 0);
    }, 0);
  const milliCpu = Math.ceil(sum('cpu') * 1_000);
  const memoryMiB = Math.ceil(sum('memory') / MEBIBYTE);
  return { milliCpu: milliCpu || USUAL.milliCpu, memoryMiB: memoryMiB || USUAL.memoryMiB };
}
