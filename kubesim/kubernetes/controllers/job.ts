import type { ClusterContext, Controller } from '../cluster/context.js';
import { deleteObject } from '../cluster/delete.js';
import { replaceStatus } from '../cluster/write.js';
import { jobs } from '../kinds/batch.js';
import type { Pod } from '../kinds/core.js';
import { timestamp } from '../kinds/object.js';
import { isActive, isReady, pods } from '../kinds/pods.js';
import type { Job } from '../kinds/workloads.js';
import { keyOf } from '../store/cluster-store.js';
import {
  activePods,
  createPod,
  onOwnedPods,
  report,
  splitKey,
  untilApiError,
} from '../cluster/controlled-pods.js';
import { completedIndexes, indexedTemplate, indexesText, indexOf, isIndexed } from './job-indexes.js';
import { endOf, outcome, progressOf, type JobEnd, type JobTally } from './job-status.js';

/** Simulated seconds until a failed pod is replaced; they double with each failure in a row. */
const MIN_BACKOFF_SECONDS = 10;
const MAX_BACKOFF_SECONDS = 600;

/** Runs pods of each Job until enough have succeeded or too many have failed, and removes ended Jobs with a TTL. */
export function jobController(cluster: ClusterContext): Controller {
  const queue = cluster.queue('job', (key) => {
    const job = cluster.store.get(jobs, ...splitKey(key));
    if (!job || job.metadata.deletionTimestamp) return;
    const checkAt = (time: number) => queue.addAt(key, time);
    if (endOf(job)) expire(cluster, job, checkAt);
    else reconcile(cluster, job, checkAt);
  });
  return {
    start() {
      cluster.store.onChange(jobs, ({ object }) => queue.add(keyOf(object)));
      onOwnedPods(cluster, 'Job', (key) => queue.add(key));
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
  const own = [...cluster.store.ownedOf(pods, job.metadata.uid)];
  const indexes = completedIndexes(job, own);
  const tally = tallyOf(job, own, indexes);
  const end = outcome(job, tally, isOverdue(cluster, job, checkAt));
  const desired = end ? 0 : desiredPods(job, tally);
  for (const pod of tally.active.slice(Math.max(0, desired))) deleteObject(cluster, pods, pod);
  const missing = desired - tally.active.length;
  const rejected = untilApiError(() => {
    if (missing > 0 && mayCreate(cluster, own, checkAt)) createPods(cluster, job, { own, indexes, missing });
  });
  updateStatus(cluster, job, { tally, end, indexes });
  if (end)
    report(
      cluster,
      job,
      end.type === 'Complete'
        ? { reason: 'Completed', message: 'Job completed' }
        : { type: 'Warning', reason: end.reason, message: end.message },
    );
  if (rejected) throw rejected;
}

/** Counts of pods; those of pods that are gone are kept. */
function tallyOf({ status, ...job }: Job, own: readonly Pod[], indexes: ReadonlySet<number>): JobTally {
  const ended = (phase: string) => own.filter((pod) => pod.status.phase === phase).length;
  const succeeded = Math.max(status?.succeeded ?? 0, ended('Succeeded'));
  return {
    active: own.filter(isActive),
    succeeded: isIndexed(job) ? indexes.size : succeeded,
    failed: Math.max(status?.failed ?? 0, ended('Failed')),
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
  return Math.min(parallelism, completions - succeeded);
}

/** Whether the back-off after the last failures is over; otherwise it is checked again then. */
function mayCreate(cluster: ClusterContext, own: readonly Pod[], checkAt: (time: number) => void): boolean {
  const ended = own
    .filter((pod) => pod.status.phase === 'Failed' || pod.status.phase === 'Succeeded')
    .map((pod) => ({ failed: pod.status.phase === 'Failed', at: finishedAt(pod) }))
    .sort((a, b) => b.at.localeCompare(a.at));
  const failures = ended.findIndex(({ failed }) => !failed);
  const inARow = failures < 0 ? ended.length : failures;
  if (inARow === 0) return true;
  const seconds = Math.min(MAX_BACKOFF_SECONDS, MIN_BACKOFF_SECONDS * 2 ** (inARow - 1));
  const at = after(cluster, ended[0]?.at, seconds);
  if (at <= cluster.clock.now().getTime()) return true;
  checkAt(at);
  return false;
}

function finishedAt({ status, metadata }: Pod): string {
  const ends = (status.containerStatuses ?? []).map(({ state }) => state.terminated?.finishedAt ?? '');
  return ends.sort().at(-1) || metadata.creationTimestamp;
}

function createPods(
  cluster: ClusterContext,
  job: Job,
  state: { readonly own: readonly Pod[]; readonly indexes: ReadonlySet<number>; readonly missing: number },
): void {
  const { own, indexes, missing } = state;
  if (!isIndexed(job)) {
    for (let created = 0; created < missing; created += 1)
      createPod(cluster, job, { template: job.spec.template });
    return;
  }
  const taken = new Set([...indexes, ...own.filter(isActive).map(indexOf)]);
  const all = Array.from({ length: job.spec.completions ?? 0 }, (_, index) => index);
  for (const index of all.filter((each) => !taken.has(each)).slice(0, missing))
    createPod(cluster, job, {
      template: indexedTemplate(job, index),
      prefix: `${job.metadata.name}-${index}`,
    });
}

function updateStatus(
  cluster: ClusterContext,
  job: Job,
  state: {
    readonly tally: JobTally;
    readonly end: JobEnd | undefined;
    readonly indexes: ReadonlySet<number>;
  },
): void {
  const { tally, end, indexes } = state;
  const active = activePods(cluster, job);
  replaceStatus(cluster, jobs, job, {
    ...progressOf(job, end, timestamp(cluster.clock.now())),
    active: active.length,
    ready: active.filter(isReady).length,
    succeeded: tally.succeeded,
    failed: tally.failed,
    ...(isIndexed(job) ? { completedIndexes: indexesText(indexes) } : {}),
  });
}
