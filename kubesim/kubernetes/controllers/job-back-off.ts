import type { ClusterContext } from '../cluster/context.js';
import type { Pod } from '../kinds/core.js';

/** Simulated seconds until a failed pod is replaced; they double with each failure in a row. */
const MIN_BACKOFF_SECONDS = 10;
const MAX_BACKOFF_SECONDS = 600;

/** When the next pod may be created after those of a Job that have ended, in milliseconds. */
export function afterFailures(cluster: ClusterContext, own: readonly Pod[]): number {
  const ended = own
    .filter((pod) => pod.status.phase === 'Failed' || pod.status.phase === 'Succeeded')
    .map((pod) => ({ failed: pod.status.phase === 'Failed', at: finishedAt(pod) }))
    .sort((a, b) => b.at.localeCompare(a.at));
  const success = ended.findIndex(({ failed }) => !failed);
  return afterFailure(cluster, ended[0]?.at, success < 0 ? ended.length : success);
}

/** When a pod may be created after a number of failures in a row, of which the last was at a time. */
export function afterFailure(cluster: ClusterContext, last: string | undefined, failures: number): number {
  if (failures === 0) return 0;
  const seconds = Math.min(MAX_BACKOFF_SECONDS, MIN_BACKOFF_SECONDS * 2 ** (failures - 1));
  return Date.parse(last ?? '') + cluster.scaled(seconds);
}

/** When the pod has ended, or began to be deleted. */
export function finishedAt({ status, metadata }: Pod): string {
  const ends = (status.containerStatuses ?? []).map(({ state }) => state.terminated?.finishedAt ?? '');
  const last = ends.includes('') ? undefined : ends.sort().at(-1);
  const unready = status.conditions?.find((each) => each.type === 'Ready' && each.status === 'False');
  return last ?? unready?.lastTransitionTime ?? metadata.creationTimestamp;
}
