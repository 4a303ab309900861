import { isAvailable, nextAvailability } from '../cluster/availability.js';
import type { ClusterContext, Controller } from '../cluster/context.js';
import { deleteObject } from '../cluster/delete.js';
import { PendingCreation } from '../cluster/pending-creation.js';
import { replaceStatus } from '../cluster/write.js';
import { replicaSets } from '../kinds/apps.js';
import type { Pod } from '../kinds/core.js';
import { hasEnded, isReady, pods } from '../kinds/pods.js';
import { timestamp, type Condition, type LabelSelector } from '../kinds/object.js';
import { type ReplicationController, replicationControllers } from '../kinds/replication-controllers.js';
import type { ResourceType } from '../kinds/resource.js';
import type { ApiError } from '../kinds/status.js';
import { matchesLabels } from '../kinds/selector.js';
import type { ReplicaSet } from '../kinds/workloads.js';
import { keyOf, splitKey } from '../store/cluster-store.js';
import {
  activePods,
  createPod,
  deletionOrder,
  MAX_POD_CHANGES,
  onOwnedPods,
  report,
  untilApiError,
} from '../cluster/controlled-pods.js';
import { countsTerminating } from '../cluster/version.js';
import { claimPods, OrphanPods } from './pod-adoption.js';

/** Type of the condition of a set whose pods cannot be created. */
const FAILURE = 'ReplicaFailure';

/** A kind that keeps a number of equal pods. */
type Replicated = ReplicaSet | ReplicationController;

/** Maintains the number of pods of each ReplicaSet. */
export function replicaSetController(cluster: ClusterContext): Controller {
  return replicatedController(cluster, replicaSets, ({ spec }) => spec.selector);
}

/** Maintains the number of pods of each ReplicationController. */
export function replicationController(cluster: ClusterContext): Controller {
  return replicatedController(cluster, replicationControllers, ({ spec }) => ({
    matchLabels: spec.selector,
  }));
}

function replicatedController<T extends Replicated>(
  cluster: ClusterContext,
  type: ResourceType<T>,
  selectorOf: (object: T) => LabelSelector,
): Controller {
  let orphans: OrphanPods | undefined;
  const queue = cluster.queue(type.singular, (key) => {
    const set = cluster.store.get(type, ...splitKey(key));
    if (!set || set.metadata.deletionTimestamp) return;
    if (orphans) claimPods(cluster, orphans, { owner: set, selector: selectorOf(set) });
    reconcile(cluster, { type, set }, (at) => queue.addAt(key, at));
  });
  return {
    start() {
      cluster.store.onChange(type, ({ object }) => queue.add(keyOf(object)));
      onOwnedPods(cluster, type.kind, (key) => queue.add(key));
      orphans = OrphanPods.follow(cluster, ({ metadata: { namespace, labels } }) => {
        for (const set of cluster.store.all(type))
          if (set.metadata.namespace === namespace && matchesLabels(selectorOf(set), labels))
            queue.add(keyOf(set));
      });
      for (const set of cluster.store.all(type)) queue.add(keyOf(set));
    },
  };
}

interface Work<T> {
  readonly type: ResourceType<T & Replicated>;
  readonly set: T & Replicated;
}

function reconcile<T>(
  cluster: ClusterContext,
  { type, set }: Work<T>,
  checkAt: (time: number) => void,
): void {
  const active = activePods(cluster, set);
  const missing = (set.spec.replicas ?? 1) - active.length;
  const { template } = set.spec;
  // The changed pods bring the set back into the queue, for the others.
  const creations = Math.min(missing, MAX_POD_CHANGES);
  const deletions = Math.min(-missing, MAX_POD_CHANGES);
  const apiError = untilApiError(() => {
    for (let created = 0; template && created < creations; created += 1)
      createPod(cluster, set, { template });
  });
  const surplus = new Set(deletions > 0 ? deletionOrder(active).slice(0, deletions) : []);
  for (const pod of surplus) {
    deleteObject(cluster, pods, pod);
    report(cluster, set, { reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` });
  }
  const kept = activePods(cluster, set).filter((pod) => !surplus.has(pod));
  replaceStatus(cluster, type, set, {
    ...statusOf(cluster, set, kept),
    ...failureOf(cluster, set, apiError),
  });
  const next = nextAvailability(cluster, kept, set.spec.minReadySeconds);
  if (next !== undefined) checkAt(next);
  if (apiError) throw apiError;
}

/** The condition that says why pods cannot be created; it stays as it began until they can. */
function failureOf(
  cluster: ClusterContext,
  { status }: Replicated,
  apiError: ApiError | undefined,
): Pick<NonNullable<ReplicaSet['status']>, 'conditions'> {
  const others = status?.conditions?.filter(({ type }) => type !== FAILURE) ?? [];
  const known = status?.conditions?.find(({ type }) => type === FAILURE);
  const current = apiError && (known ?? failureCondition(cluster, apiError));
  const conditions = [...others, ...(current ? [current] : [])];
  return conditions.length > 0 ? { conditions } : {};
}

/** The condition of a first failure; none while webhooks review the pod. */
function failureCondition({ clock }: ClusterContext, apiError: ApiError): Condition | undefined {
  if (apiError instanceof PendingCreation) return undefined;
  const at = timestamp(clock.now());
  const { message } = apiError;
  return { type: FAILURE, status: 'True', reason: 'FailedCreate', message, lastTransitionTime: at };
}

function statusOf(cluster: ClusterContext, set: Replicated, kept: readonly Pod[]): ReplicaSet['status'] {
  const ready = kept.filter(isReady).length;
  const available = kept.filter((pod) => isAvailable(cluster, pod, set.spec.minReadySeconds)).length;
  return {
    ...terminatingOf(cluster, set),
    replicas: kept.length,
    ...(kept.length > 0 ? { fullyLabeledReplicas: kept.length } : {}),
    ...(ready > 0 ? { readyReplicas: ready } : {}),
    ...(available > 0 ? { availableReplicas: available } : {}),
    observedGeneration: set.metadata.generation,
  };
}

/** The number of pods of a ReplicaSet that are being deleted. */
function terminatingOf(
  cluster: ClusterContext,
  set: Replicated,
): Pick<NonNullable<ReplicaSet['status']>, 'terminatingReplicas'> {
  if (set.kind !== replicaSets.kind || !countsTerminating(cluster)) return {};
  const all = [...cluster.store.ownedOf(pods, set.metadata.uid)];
  const terminating = all.filter((pod) => pod.metadata.deletionTimestamp && !hasEnded(pod));
  return { terminatingReplicas: terminating.length };
}
