import type { ClusterContext, Controller } from '../cluster/context.js';
import { deleteObject } from '../cluster/delete.js';
import { replaceStatus } from '../cluster/write.js';
import { statefulSets } from '../kinds/apps.js';
import type { Pod } from '../kinds/core.js';
import { hasEnded, isReady, pods } from '../kinds/pods.js';
import { templateHash } from '../kinds/template-hash.js';
import type { StatefulSet } from '../kinds/workloads.js';
import { keyOf } from '../store/cluster-store.js';
import { createPod, onOwnedPods, report, splitKey, untilApiError } from '../cluster/controlled-pods.js';

const REVISION = 'controller-revision-hash';

/** Maintains the pods of each StatefulSet: created in ordinal order, deleted and replaced in reverse order. */
export function statefulSetController(cluster: ClusterContext): Controller {
  const queue = cluster.queue('statefulset', (key) => {
    const set = cluster.store.get(statefulSets, ...splitKey(key));
    if (set && !set.metadata.deletionTimestamp) reconcile(cluster, set);
  });
  return {
    start() {
      cluster.store.onChange(statefulSets, ({ object }) => queue.add(keyOf(object)));
      onOwnedPods(cluster, 'StatefulSet', (key) => queue.add(key));
      for (const set of cluster.store.all(statefulSets)) queue.add(keyOf(set));
    },
  };
}

function reconcile(cluster: ClusterContext, set: StatefulSet): void {
  const revision = `${set.metadata.name}-${templateHash(set.spec.template)}`;
  const own = [...cluster.store.ownedOf(pods, set.metadata.uid)];
  const byOrdinal = new Map(own.map((pod) => [ordinal(pod), pod]));
  const refused = untilApiError(() => step(cluster, set, { byOrdinal, revision }));
  const now = [...cluster.store.ownedOf(pods, set.metadata.uid)];
  replaceStatus(cluster, statefulSets, set, statusOf(set, now, revision));
  if (refused) throw refused;
}

interface State {
  readonly byOrdinal: ReadonlyMap<number, Pod>;
  readonly revision: string;
}

function step(cluster: ClusterContext, set: StatefulSet, { byOrdinal, revision }: State): void {
  const desired = set.spec.replicas ?? 1;
  const parallel = set.spec.podManagementPolicy === 'Parallel';
  for (let index = 0; index < desired; index += 1) {
    const ready = ensurePod(cluster, set, { pod: byOrdinal.get(index), index, revision });
    if (!parallel && !ready) return;
  }
  const surplus = [...byOrdinal.values()]
    .filter((pod) => ordinal(pod) >= desired)
    .sort((a, b) => ordinal(b) - ordinal(a));
  for (const pod of parallel ? surplus : surplus.slice(0, 1)) removePod(cluster, set, pod);
  if (surplus.length > 0 || set.spec.updateStrategy?.type === 'OnDelete') return;
  renewOne(cluster, set, { byOrdinal, revision });
}

/** Creates a missing pod and removes an ended one. Returns whether the pod is ready. */
function ensurePod(
  cluster: ClusterContext,
  set: StatefulSet,
  {
    pod,
    index,
    revision,
  }: { readonly pod: Pod | undefined; readonly index: number; readonly revision: string },
): boolean {
  if (!pod) makePod(cluster, set, { index, revision });
  else if (hasEnded(pod) && !pod.metadata.deletionTimestamp) deleteObject(cluster, pods, pod);
  return !!pod && isReady(pod);
}

function makePod(
  cluster: ClusterContext,
  set: StatefulSet,
  { index, revision }: { index: number; revision: string },
): void {
  const name = `${set.metadata.name}-${index}`;
  const labels = {
    [REVISION]: revision,
    'statefulset.kubernetes.io/pod-name': name,
    'apps.kubernetes.io/pod-index': String(index),
  };
  createPod(cluster, set, { template: set.spec.template, name, labels });
}

function removePod(cluster: ClusterContext, set: StatefulSet, pod: Pod): void {
  if (pod.metadata.deletionTimestamp) return;
  deleteObject(cluster, pods, pod);
  report(cluster, set, { reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` });
}

/** Deletes the outdated pod with the highest ordinal; the next one follows when its replacement is ready. */
function renewOne(cluster: ClusterContext, set: StatefulSet, { byOrdinal, revision }: State): void {
  const outdated = [...byOrdinal.values()].filter((pod) => pod.metadata.labels?.[REVISION] !== revision);
  const [highest] = outdated.sort((a, b) => ordinal(b) - ordinal(a));
  if (highest) removePod(cluster, set, highest);
}

function statusOf(set: StatefulSet, own: readonly Pod[], revision: string): StatefulSet['status'] {
  const ready = own.filter(isReady).length;
  const updated = own.filter((pod) => pod.metadata.labels?.[REVISION] === revision).length;
  const complete = updated === own.length && ready === (set.spec.replicas ?? 1);
  return {
    observedGeneration: set.metadata.generation,
    replicas: own.length,
    readyReplicas: ready,
    availableReplicas: ready,
    updatedReplicas: updated,
    currentReplicas: complete ? own.length : own.length - updated,
    currentRevision: complete ? revision : (set.status?.currentRevision ?? revision),
    updateRevision: revision,
  };
}

function ordinal(pod: Pod): number {
  return Number(pod.metadata.name.slice(pod.metadata.name.lastIndexOf('-') + 1));
}
