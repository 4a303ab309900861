import { isAvailable, nextAvailability } from '../cluster/availability.js';
import type { ClusterContext, Controller } from '../cluster/context.js';
import { deleteObject } from '../cluster/delete.js';
import { replaceStatus } from '../cluster/write.js';
import { replicaSets } from '../kinds/apps.js';
import type { Pod } from '../kinds/core.js';
import { isReady, pods } from '../kinds/pods.js';
import type { ReplicaSet } from '../kinds/workloads.js';
import { keyOf } from '../store/cluster-store.js';
import {
  activePods,
  createPod,
  deletionOrder,
  onOwnedPods,
  report,
  splitKey,
  untilApiError,
} from '../cluster/controlled-pods.js';

/** Maintains the number of pods of each ReplicaSet. */
export function replicaSetController(cluster: ClusterContext): Controller {
  const queue = cluster.queue('replicaset', (key) => {
    const set = cluster.store.get(replicaSets, ...splitKey(key));
    if (set && !set.metadata.deletionTimestamp) reconcile(cluster, set, (at) => queue.addAt(key, at));
  });
  return {
    start() {
      cluster.store.onChange(replicaSets, ({ object }) => queue.add(keyOf(object)));
      onOwnedPods(cluster, 'ReplicaSet', (key) => queue.add(key));
      for (const set of cluster.store.all(replicaSets)) queue.add(keyOf(set));
    },
  };
}

function reconcile(cluster: ClusterContext, set: ReplicaSet, checkAt: (time: number) => void): void {
  const active = activePods(cluster, set);
  const missing = (set.spec.replicas ?? 1) - active.length;
  const apiError = untilApiError(() => {
    for (let created = 0; created < missing; created += 1)
      createPod(cluster, set, { template: set.spec.template });
  });
  const surplus = new Set(missing < 0 ? deletionOrder(active).slice(0, -missing) : []);
  for (const pod of surplus) {
    deleteObject(cluster, pods, pod);
    report(cluster, set, { reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` });
  }
  const kept = activePods(cluster, set).filter((pod) => !surplus.has(pod));
  replaceStatus(cluster, replicaSets, set, statusOf(cluster, set, kept));
  const next = nextAvailability(cluster, kept, set.spec.minReadySeconds);
  if (next !== undefined) checkAt(next);
  if (apiError) throw apiError;
}

function statusOf(cluster: ClusterContext, set: ReplicaSet, kept: readonly Pod[]): ReplicaSet['status'] {
  const ready = kept.filter(isReady).length;
  const available = kept.filter((pod) => isAvailable(cluster, pod, set.spec.minReadySeconds)).length;
  return {
    replicas: kept.length,
    ...(kept.length > 0 ? { fullyLabeledReplicas: kept.length } : {}),
    ...(ready > 0 ? { readyReplicas: ready } : {}),
    ...(available > 0 ? { availableReplicas: available } : {}),
    observedGeneration: set.metadata.generation,
  };
}
