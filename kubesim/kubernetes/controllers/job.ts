import type { ClusterContext, Controller } from '../cluster/context.js';
import {
  activePods,
  createPod,
  deletionOrder,
  MAX_POD_CHANGES,
  onOwnedPods,
  report,
  untilApiError,
} from '../cluster/controlled-pods.js';
import { deleteObject } from '../cluster/delete.js';
import { replaceStatus } from '../cluster/write.js';
import { jobs } from '../kinds/batch.js';
import type { Pod } from '../kinds/core.js';
import { timestamp, type Condition } from '../kinds/object.js';
import { hasEnded, isActive, isReady, pods } from '../kinds/pods.js';
import { matchesLabels } from '../kinds/selector.js';
import type { Job } from '../kinds/workloads.js';
import { keyOf, splitKey } from '../store/cluster-store.js';
import { afterFailure, afterFailures, finishedAt } from './job-back-off.js';
import { countsAsFailure, hasFailed, replacesOnlyFailed } from './job-failures.js';
import {
  allFailures,
  awaitingReplacement,
  completedIndexes,
  failedIndexes,
  hasLimitPerIndex,
  indexedTemplate,
  indexOf,
  isIndexed,
} from './job-indexes.js';
import {
  completion,
  endingOf,
  endOf,
  endWith,
  failuresOf,
  indexStatus,
  progressOf,
  targetOf,
  type JobTally,
  type JobTarget,
} from './job-status.js';
import { isTracked, track, TRACKING, untrack } from './job-tracking.js';
import { claimPods, OrphanPods } from './pod-adoption.js';

/** The controller that manages Jobs, by `spec.managedBy`. */
const MANAGER = 'kubernetes.io/job-controller';

/** Runs pods of each Job until enough have succeeded or too many have failed, and removes ended Jobs with a TTL. */
export function jobController(cluster: ClusterContext): Controller {
  let orphans: OrphanPods | undefined;
  const queue = cluster.queue('job', (key) => {
    const job = cluster.store.get(jobs, ...splitKey(key));
    if (!job || job.metadata.deletionTimestamp || (job.spec.managedBy ?? MANAGER) !== MANAGER) return;
    const checkAt = (time: number) => queue.addAt(key, time);
    if (endOf(job)) return expire(cluster, job, checkAt);
    if (orphans) claimPods(cluster, orphans, { owner: job, selector: job.spec.selector ?? {} });
    reconcile(cluster, job, checkAt);
  });
  return {
    start() {
      cluster.store.onChange(jobs, ({ object }) => queue.add(keyOf(object)));
      onOwnedPods(cluster, 'Job', (key) => queue.add(key));
      orphans = OrphanPods.follow(cluster, ({ metadata: { namespace, labels } }) => {
        for (const job of cluster.store.all(jobs))
          if (job.metadata.namespace === namespace && matchesLabels(job.spec.selector, labels))
            queue.add(keyOf(job));
      });
      for (const job of cluster.store.all(jobs)) queue.add(keyOf(job));
    },
  };
}

/** Deletes an ended Job when its time to live is over. */
function expire(cluster: ClusterContext, job: Job, checkAt: (time: number) => void): void {
  const { ttlSecondsAfterFinished } = job.spec;
  if (ttlSecondsAfterFinished === undefined) return;
  const at = after(cluster, endOf(job)?.lastTransitionTime, ttlSecondsAfterFinished);
  if (at > cluster.clock.now().getTime()) checkAt(at);
  else deleteObject(cluster, jobs, job, { propagation: 'Foreground' });
}

function after(cluster: ClusterContext, since: string | undefined, seconds: number): number {
  return Date.parse(since ?? '') + cluster.scaled(seconds);
}

function reconcile(cluster: ClusterContext, job: Job, checkAt: (time: number) => void): void {
  for (const pod of activePods(cluster, job)) track(cluster, pod);
  const tally = tallyOf(cluster, job);
  const replaced = hasLimitPerIndex(job)
    ? awaitingReplacement(job, tally.own, takenIndexes(job, tally))
    : undefined;
  let target = targetOf(job, tally, isOverdue(cluster, job, checkAt));
  let rejected;
  if (target) for (const pod of tally.active) deleteObject(cluster, pods, pod);
  else {
    rejected = untilApiError(() => resize(cluster, job, { tally, replaced, checkAt }));
    target = completion(job, tally.succeeded, activePods(cluster, job).length);
  }
  const failed = countEnded(cluster, job, { own: tally.own, replaced, target });
  updateStatus(cluster, job, { tally, failed, target });
  if (rejected) throw rejected;
}

function tallyOf(cluster: ClusterContext, job: Job): JobTally {
  const own = [...cluster.store.ownedOf(pods, job.metadata.uid)];
  const succeededIndexes = isIndexed(job) ? completedIndexes(job, own) : undefined;
  const succeeded = own.filter((pod) => pod.status.phase === 'Succeeded' && isTracked(pod)).length;
  return {
    own,
    active: own.filter(isActive),
    succeeded: succeededIndexes?.size ?? (job.status?.succeeded ?? 0) + succeeded,
    failed: failuresOf(job, own),
    succeededIndexes,
    failedIndexes: hasLimitPerIndex(job) ? failedIndexes(job, own) : undefined,
  };
}

/** Whether the deadline of the Job has passed; otherwise it is checked again then. */
function isOverdue(cluster: ClusterContext, { spec, status }: Job, checkAt: (time: number) => void): boolean {
  const { activeDeadlineSeconds, suspend } = spec;
  if (activeDeadlineSeconds === undefined || suspend) return false;
  const started = status?.startTime ?? timestamp(cluster.clock.now());
  const at = after(cluster, started, activeDeadlineSeconds);
  if (at <= cluster.clock.now().getTime()) return true;
  checkAt(at);
  return false;
}

function desiredPods({ spec }: Job, { succeeded, active }: JobTally): number {
  const { suspend, parallelism = 1, completions } = spec;
  if (suspend) return 0;
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(parallelism, completions - succeeded));
}

interface Resize {
  readonly tally: JobTally;
  /** The failed pods that wait for their replacement, by index; undefined if all indexes share a limit. */
  readonly replaced: ReadonlyMap<number, Pod> | undefined;
  checkAt(time: number): void;
}

/** Deletes pods that are too many or whose index is taken, or creates missing ones. */
function resize(cluster: ClusterContext, job: Job, { tally, replaced, checkAt }: Resize): void {
  const desired = desiredPods(job, tally);
  const surplus = surplusPods(job, tally.active, desired);
  for (const pod of surplus) deleteObject(cluster, pods, untrack(cluster, pod));
  if (surplus.length > 0) return;
  // A Job that replaces pods only when they have ended waits for those that are being deleted.
  const stopping = replacesOnlyFailed(job) ? terminatingPods(tally.own).length : 0;
  const missing = Math.min(MAX_POD_CHANGES, desired - stopping - tally.active.length);
  if (missing <= 0) return;
  const now = cluster.clock.now().getTime();
  const next = replaced ? 0 : afterFailures(cluster, tally.own);
  if (next > now) return checkAt(next);
  if (!isIndexed(job)) {
    for (let created = 0; created < missing; created += 1)
      createPod(cluster, job, { template: job.spec.template, finalizers: [TRACKING] });
    return;
  }
  createIndexes(cluster, job, { indexes: pendingIndexes(job, tally, missing), replaced, checkAt });
}

/** Active pods above the desired number, and those of an Indexed Job without an index of their own. */
function surplusPods(job: Job, active: readonly Pod[], desired: number): readonly Pod[] {
  const seen = new Set<number>();
  const invalid = active.filter((pod) => {
    const index = indexOf(job, pod);
    const isUnique = index !== undefined && !seen.has(index);
    if (isUnique) seen.add(index);
    return isIndexed(job) && !isUnique;
  });
  const others = deletionOrder(active).filter((pod) => !invalid.includes(pod));
  return [...invalid, ...others.slice(0, Math.max(0, active.length - desired - invalid.length))];
}

function takenIndexes(job: Job, { active, succeededIndexes, failedIndexes: failed }: JobTally): Set<number> {
  const running = active.flatMap((pod) => indexOf(job, pod) ?? []);
  return new Set([...(succeededIndexes ?? []), ...(failed ?? []), ...running]);
}

/** The first indexes that need a pod. */
function pendingIndexes(job: Job, tally: JobTally, count: number): number[] {
  const taken = takenIndexes(job, tally);
  if (replacesOnlyFailed(job))
    for (const pod of terminatingPods(tally.own)) taken.add(indexOf(job, pod) ?? -1);
  const pending: number[] = [];
  for (let index = 0; index < (job.spec.completions ?? 0) && pending.length < count; index += 1)
    if (!taken.has(index)) pending.push(index);
  return pending;
}

function createIndexes(
  cluster: ClusterContext,
  job: Job,
  {
    indexes,
    replaced,
    checkAt,
  }: Pick<Resize, 'replaced' | 'checkAt'> & { readonly indexes: readonly number[] },
): void {
  const now = cluster.clock.now().getTime();
  for (const index of indexes) {
    const failed = replaced?.get(index);
    const at = failed ? afterFailure(cluster, finishedAt(failed), allFailures(failed) + 1) : 0;
    if (at > now) checkAt(at);
    else
      createPod(cluster, job, {
        template: indexedTemplate(job, index, failed),
        prefix: `${job.metadata.name}-${index}`,
        finalizers: [TRACKING],
      });
  }
}

function terminatingPods(own: readonly Pod[]): Pod[] {
  return own.filter((pod) => pod.metadata.deletionTimestamp && !hasEnded(pod));
}

/** Removes the finalizer of the pods that are counted now; returns how many of them have failed. */
function countEnded(
  cluster: ClusterContext,
  job: Job,
  {
    own,
    replaced,
    target,
  }: Pick<Resize, 'replaced'> & Pick<JobTally, 'own'> & { readonly target: JobTarget | undefined },
): number {
  let failures = 0;
  for (const pod of own) {
    // The pods as they were before this step deleted some: a deleted one would count as failed.
    const stored = cluster.store.byUid(pod.metadata.uid) as Pod | undefined;
    if (!stored || !isTracked(stored) || !(target || isCountable(job, pod, replaced))) continue;
    untrack(cluster, stored);
    if (isFailure(job, pod, target)) failures += 1;
  }
  return failures;
}

/** Whether the pod has ended, and its replacement, if it needs one, knows its failures. */
function isCountable(job: Job, pod: Pod, replaced: Resize['replaced']): boolean {
  if (pod.status.phase === 'Succeeded') return true;
  const index = indexOf(job, pod);
  return hasFailed(job, pod) && (index === undefined || replaced?.get(index) !== pod);
}

/** Whether the pod counts as failed: so does every pod that has not succeeded when its Job fails. */
function isFailure(job: Job, pod: Pod, target: JobTarget | undefined): boolean {
  if (pod.status.phase === 'Succeeded' || (isIndexed(job) && indexOf(job, pod) === undefined)) return false;
  return (hasFailed(job, pod) || target?.type === 'FailureTarget') && countsAsFailure(job, pod);
}

function updateStatus(
  cluster: ClusterContext,
  job: Job,
  state: { readonly tally: JobTally; readonly failed: number; readonly target: JobTarget | undefined },
): void {
  const { tally, target } = state;
  const own = [...cluster.store.ownedOf(pods, job.metadata.uid)];
  const active = own.filter(isActive);
  const terminating = terminatingPods(own).length;
  const now = timestamp(cluster.clock.now());
  const failed = (job.status?.failed ?? 0) + state.failed;
  const written = replaceStatus(cluster, jobs, job, {
    ...(target ? endingOf(job, target, { now, terminating }) : progressOf(job, now)),
    ...(active.length > 0 ? { active: active.length } : {}),
    ready: active.filter(isReady).length,
    terminating,
    ...(tally.succeeded > 0 ? { succeeded: tally.succeeded } : {}),
    ...(failed > 0 ? { failed } : {}),
    ...indexStatus(job, tally.succeededIndexes, tally.failedIndexes),
    uncountedTerminatedPods: {},
  });
  if (!target) reportProgress(cluster, job, written);
  else if (endOf(written)) reportEnd(cluster, job, target);
}

function reportEnd(cluster: ClusterContext, job: Job, target: JobTarget): void {
  const { type, reason = '', message = '' } = endWith(target);
  if (type === 'Complete') report(cluster, job, { reason: 'Completed', message: 'Job completed' });
  else report(cluster, job, { type: 'Warning', reason, message });
}

/** Records that the Job was suspended or resumed. */
function reportProgress(cluster: ClusterContext, job: Job, { status }: Job): void {
  const now = suspendedOf(status);
  if (!now || suspendedOf(job.status)?.status === now.status) return;
  const reason = now.status === 'True' ? 'Suspended' : 'Resumed';
  report(cluster, job, { reason, message: now.message ?? '' });
}

function suspendedOf(status: Job['status']): Condition | undefined {
  return status?.conditions?.find(({ type }) => type === 'Suspended');
}
