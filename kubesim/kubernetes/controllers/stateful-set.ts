import { isAvailable, nextAvailability } from '../cluster/availability.js';
import type { ClusterContext, Controller } from '../cluster/context.js';
import { deleteObject } from '../cluster/delete.js';
import { replaceStatus } from '../cluster/write.js';
import { statefulSets } from '../kinds/apps.js';
import { controllerRevisions } from '../kinds/controller-revisions.js';
import type { Pod } from '../kinds/core.js';
import { hasEnded, isReady, pods } from '../kinds/pods.js';
import type { StatefulSet } from '../kinds/workloads.js';
import { keyOf, splitKey } from '../store/cluster-store.js';
import {
  createPod,
  MAX_POD_CHANGES,
  onOwnedPods,
  report,
  untilApiError,
} from '../cluster/controlled-pods.js';
import { recordRevision, removeOldRevisions, templateOfRevision } from './controller-revisions.js';
import { ensureClaims, retainClaims, volumesWithClaims } from './stateful-set-claims.js';

const REVISION = 'controller-revision-hash';

/** Maintains the pods of each StatefulSet: created in ordinal order, deleted and replaced in reverse order. */
export function statefulSetController(cluster: ClusterContext): Controller {
  const queue = cluster.queue('statefulset', (key) => {
    const set = cluster.store.get(statefulSets, ...splitKey(key));
    if (set && !set.metadata.deletionTimestamp) reconcile(cluster, set, (at) => queue.addAt(key, at));
  });
  return {
    start() {
      cluster.store.onChange(statefulSets, ({ object }) => queue.add(keyOf(object)));
      onOwnedPods(cluster, 'StatefulSet', (key) => queue.add(key));
      for (const set of cluster.store.all(statefulSets)) queue.add(keyOf(set));
    },
  };
}

/** Names of the revision of most pods and of the one that replaces it; equal when no update is under way. */
interface Revisions {
  readonly current: string;
  readonly update: string;
}

interface State {
  readonly byOrdinal: ReadonlyMap<number, Pod>;
  readonly revisions: Revisions;
}

function reconcile(cluster: ClusterContext, set: StatefulSet, checkAt: (time: number) => void): void {
  const update = recordRevision(cluster, set).metadata.name;
  const revisions = { current: set.status?.currentRevision ?? update, update };
  const own = [...cluster.store.ownedOf(pods, set.metadata.uid)];
  const byOrdinal = new Map(own.map((pod) => [ordinalOf(pod), pod]));
  const apiError = untilApiError(() => step(cluster, set, { byOrdinal, revisions }));
  const now = [...cluster.store.ownedOf(pods, set.metadata.uid)];
  const status = statusOf(cluster, set, { own: now, revisions });
  replaceStatus(cluster, statefulSets, set, status);
  removeOldRevisions(cluster, set, new Set([status.currentRevision ?? update, update]));
  const next = nextAvailability(cluster, now, set.spec.minReadySeconds);
  if (next !== undefined) checkAt(next);
  if (apiError) throw apiError;
}

/** The next step. Without `Parallel`, each pod waits for its predecessors to be available. */
function step(cluster: ClusterContext, set: StatefulSet, state: State): void {
  const parallel = set.spec.podManagementPolicy === 'Parallel';
  const { first, end } = ordinalsOf(set);
  let missing = 0;
  for (let ordinal = first; ordinal < end; ordinal += 1) {
    if (!ensurePod(cluster, set, { ...state, ordinal }) && !parallel) return;
    if (!state.byOrdinal.has(ordinal)) missing += 1;
    // The created pods bring the set back into the queue.
    if (missing === MAX_POD_CHANGES) return;
  }
  const condemned = [...state.byOrdinal.values()]
    .filter((pod) => ordinalOf(pod) < first || ordinalOf(pod) >= end)
    .sort((a, b) => ordinalOf(b) - ordinalOf(a));
  if (condemned.length > 0 && !removeCondemned(cluster, set, condemned)) return;
  if (set.spec.updateStrategy?.type !== 'OnDelete') replaceOutdated(cluster, set, state);
}

/** Removes pods that are too many, by default one after the other. Returns whether all are removed. */
function removeCondemned(cluster: ClusterContext, set: StatefulSet, condemned: readonly Pod[]): boolean {
  const isUnhealthy = (pod: Pod) => !isAvailable(cluster, pod, set.spec.minReadySeconds);
  const [firstUnhealthy] = condemned.toReversed().filter(isUnhealthy);
  const parallel = set.spec.podManagementPolicy === 'Parallel';
  for (const pod of condemned) {
    // An unhealthy pod leaves only if none with a lower number is unhealthy.
    if (!parallel && isUnhealthy(pod) && pod !== firstUnhealthy) return false;
    retainClaims(cluster, set, { pod, ordinal: ordinalOf(pod), condemned: true });
    removePod(cluster, set, pod);
    if (!parallel) return false;
  }
  return true;
}

/** The ordinals of the desired pods, ascending. */
/** The ordinals of the pods from `first` to before `end`: a set may have two billion. */
function ordinalsOf({ spec }: StatefulSet): { readonly first: number; readonly end: number } {
  const first = spec.ordinals?.start ?? 0;
  return { first, end: first + (spec.replicas ?? 1) };
}

/** Creates a missing pod and removes an ended one. Returns whether the pod is available. */
function ensurePod(
  cluster: ClusterContext,
  set: StatefulSet,
  { byOrdinal, revisions, ordinal }: State & { readonly ordinal: number },
): boolean {
  const pod = byOrdinal.get(ordinal);
  if (!pod) {
    makePod(cluster, set, { ordinal, revisions });
    return false;
  }
  if (pod.metadata.deletionTimestamp) return false;
  if (hasEnded(pod)) deleteObject(cluster, pods, pod);
  else retainClaims(cluster, set, { pod, ordinal, condemned: false });
  return isAvailable(cluster, pod, set.spec.minReadySeconds);
}

function makePod(
  cluster: ClusterContext,
  set: StatefulSet,
  { ordinal, revisions }: { readonly ordinal: number; readonly revisions: Revisions },
): void {
  ensureClaims(cluster, set, ordinal);
  const revision = revisionFor(set, ordinal, revisions);
  const stored = cluster.store.get(controllerRevisions, set.metadata.namespace ?? '', revision);
  const template = templateOfRevision(stored) ?? set.spec.template;
  const name = `${set.metadata.name}-${ordinal}`;
  const labels = {
    [REVISION]: stored ? revision : revisions.update,
    'statefulset.kubernetes.io/pod-name': name,
    'apps.kubernetes.io/pod-index': String(ordinal),
  };
  const volumes = volumesWithClaims(set, ordinal, template.spec);
  const identity = { hostname: name, ...(set.spec.serviceName ? { subdomain: set.spec.serviceName } : {}) };
  const spec = { ...template.spec, ...identity, ...(volumes?.length ? { volumes } : {}) };
  createPod(cluster, set, { template: { ...template, spec }, name, labels });
}

/** The revision of a new pod: pods below the partition of a rolling update keep the current one. */
function revisionFor({ spec }: StatefulSet, ordinal: number, { current, update }: Revisions): string {
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  return ordinal < (spec.ordinals?.start ?? 0) + partition ? current : update;
}

function removePod(cluster: ClusterContext, set: StatefulSet, pod: Pod): void {
  if (pod.metadata.deletionTimestamp) return;
  deleteObject(cluster, pods, pod);
  report(cluster, set, { reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` });
}

/** Deletes the outdated pod with the highest ordinal, from the partition on, if those above it are available. */
function replaceOutdated(cluster: ClusterContext, set: StatefulSet, { byOrdinal, revisions }: State): void {
  const partition = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  const { first, end } = ordinalsOf(set);
  for (let ordinal = end - 1; ordinal >= first + partition; ordinal -= 1) {
    const pod = byOrdinal.get(ordinal);
    if (!pod) return;
    if (pod.metadata.labels?.[REVISION] !== revisions.update) return removePod(cluster, set, pod);
    if (!isAvailable(cluster, pod, set.spec.minReadySeconds)) return;
  }
}

function statusOf(
  cluster: ClusterContext,
  set: StatefulSet,
  { own, revisions }: { readonly own: readonly Pod[]; readonly revisions: Revisions },
): NonNullable<StatefulSet['status']> {
  const ready = own.filter(isReady);
  const of = (revision: string) =>
    own.filter((pod) => !pod.metadata.deletionTimestamp && pod.metadata.labels?.[REVISION] === revision)
      .length;
  const updated = of(revisions.update);
  const desired = set.spec.replicas ?? 1;
  const rolling = set.spec.updateStrategy?.type !== 'OnDelete';
  const complete = rolling && [updated, ready.length, own.length].every((count) => count === desired);
  return {
    observedGeneration: set.metadata.generation,
    replicas: own.length,
    readyReplicas: ready.length,
    availableReplicas: ready.filter((pod) => isAvailable(cluster, pod, set.spec.minReadySeconds)).length,
    updatedReplicas: updated,
    currentReplicas: complete ? updated : of(revisions.current),
    currentRevision: complete ? revisions.update : revisions.current,
    updateRevision: revisions.update,
    collisionCount: 0,
  };
}

function ordinalOf(pod: Pod): number {
  return Number(pod.metadata.name.slice(pod.metadata.name.lastIndexOf('-') + 1));
}
