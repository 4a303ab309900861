import type { Pod } from '../kinds/core.js';
import { isReady } from '../kinds/pods.js';
import type { ClusterContext } from './context.js';

/** Whether the pod has been ready for at least `minReadySeconds` simulated seconds. */
export function isAvailable(cluster: ClusterContext, pod: Pod, minReadySeconds = 0): boolean {
  return availableAt(cluster, pod, minReadySeconds) <= cluster.clock.now().getTime();
}

/** The time (milliseconds) at which the next ready pod becomes available; undefined if none is waiting. */
export function nextAvailability(
  cluster: ClusterContext,
  pods: readonly Pod[],
  minReadySeconds = 0,
): number | undefined {
  if (minReadySeconds === 0) return undefined;
  const now = cluster.clock.now().getTime();
  const times = pods.map((pod) => availableAt(cluster, pod, minReadySeconds));
  const next = Math.min(...times.filter((time) => time > now));
  return Number.isFinite(next) ? next : undefined;
}

/** The time at which the pod is available, if it stays ready; Infinity if it is not ready. */
function availableAt(cluster: ClusterContext, pod: Pod, minReadySeconds: number): number {
  if (!isReady(pod)) return Infinity;
  if (minReadySeconds === 0) return 0;
  const ready = pod.status.conditions?.find(({ type }) => type === 'Ready');
  return Date.parse(ready?.lastTransitionTime ?? '') + cluster.scaled(minReadySeconds);
}
