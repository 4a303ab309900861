import type { ClusterContext, Controller } from '../cluster/context.js';
import { report } from '../cluster/controlled-pods.js';
import { deleteObject } from '../cluster/delete.js';
import { create, replaceStatus } from '../cluster/write.js';
import { jobs } from '../kinds/batch.js';
import { type CronJob, cronJobs } from '../kinds/cron-jobs.js';
import { type CronSchedule, parseSchedule } from '../kinds/cron-schedule.js';
import { controlledBy, controllerOf, timestamp } from '../kinds/object.js';
import type { Job } from '../kinds/workloads.js';
import { keyOf, splitKey } from '../store/cluster-store.js';
import { endOf } from './job-status.js';

const SCHEDULED = 'batch.kubernetes.io/cronjob-scheduled-timestamp';
/** Milliseconds before now in which missed times are looked for. */
const WINDOW_MS = 24 * 3_600_000;

/** Creates a Job at each time of a CronJob's schedule, by the clock, and removes old ones. */
export function cronJobController(cluster: ClusterContext): Controller {
  const queue = cluster.queue('cronjob', (key) => {
    const cronJob = cluster.store.get(cronJobs, ...splitKey(key));
    if (cronJob && !cronJob.metadata.deletionTimestamp)
      reconcile(cluster, cronJob, (at) => queue.addAt(key, at));
  });
  return {
    start() {
      cluster.store.onChange(cronJobs, ({ object }) => queue.add(keyOf(object)));
      cluster.store.onChange(jobs, ({ object }) => {
        const owner = controllerOf(object);
        if (owner?.kind === 'CronJob') queue.add(`${object.metadata.namespace ?? ''}/${owner.name}`);
      });
      for (const cronJob of cluster.store.all(cronJobs)) queue.add(keyOf(cronJob));
    },
  };
}

function reconcile(cluster: ClusterContext, cronJob: CronJob, checkAt: (time: number) => void): void {
  const { schedule: text = '', timeZone, suspend } = cronJob.spec;
  const schedule = parseSchedule(text, timeZone);
  const now = cluster.clock.now().getTime();
  const due = schedule && !suspend ? dueTime(cronJob, schedule, now) : undefined;
  const started = due !== undefined && startJob(cluster, cronJob, due);
  const own = [...cluster.store.ownedOf(jobs, cronJob.metadata.uid)];
  removeOld(cluster, cronJob, own);
  updateStatus(cluster, cronJob, { own, scheduled: started ? due : undefined });
  const next = suspend ? undefined : schedule?.next(now);
  if (next !== undefined) checkAt(next);
}

function updateStatus(
  cluster: ClusterContext,
  cronJob: CronJob,
  { own, scheduled }: { readonly own: readonly Job[]; readonly scheduled: number | undefined },
): void {
  const { lastScheduleTime } = cronJob.status ?? {};
  const last = scheduled === undefined ? lastScheduleTime : timestamp(new Date(scheduled));
  replaceStatus(cluster, cronJobs, cronJob, {
    ...activeOf(own),
    ...(last && { lastScheduleTime: last }),
    ...lastSuccess(cronJob, own),
  });
}

/** The last time of the schedule since the last Job, unless its deadline has passed. */
function dueTime(
  { metadata, spec, status }: CronJob,
  schedule: CronSchedule,
  now: number,
): number | undefined {
  const since = Date.parse(status?.lastScheduleTime ?? metadata.creationTimestamp);
  let due: number | undefined;
  for (
    let at = schedule.next(Math.max(since, now - WINDOW_MS));
    at !== undefined && at <= now;
    at = schedule.next(at)
  )
    due = at;
  const deadline = spec.startingDeadlineSeconds;
  return due !== undefined && deadline !== undefined && due + deadline * 1000 < now ? undefined : due;
}

/** Creates the Job of a time, as the concurrency policy allows; returns whether it did. */
function startJob(cluster: ClusterContext, cronJob: CronJob, due: number): boolean {
  const running = [...cluster.store.ownedOf(jobs, cronJob.metadata.uid)].filter((job) => !endOf(job));
  const { concurrencyPolicy, jobTemplate } = cronJob.spec;
  if (concurrencyPolicy === 'Forbid' && running.length > 0) {
    const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
    report(cluster, cronJob, { reason: 'JobAlreadyActive', message });
    return false;
  }
  if (concurrencyPolicy === 'Replace') for (const job of running) deleteObject(cluster, jobs, job);
  const name = `${cronJob.metadata.name}-${Math.floor(due / 60_000)}`;
  const { namespace = '' } = cronJob.metadata;
  if (cluster.store.get(jobs, namespace, name)) return true;
  const { labels, annotations } = jobTemplate.metadata ?? {};
  create(cluster, jobs, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...{ name, namespace },
      ...(labels && { labels }),
      annotations: { ...annotations, [SCHEDULED]: timestamp(new Date(due)) },
      ownerReferences: [controlledBy(cronJob)],
    },
    spec: jobTemplate.spec,
  });
  report(cluster, cronJob, { reason: 'SuccessfulCreate', message: `Created job ${name}` });
  return true;
}

/** Deletes the oldest ended Jobs above the limits of the history. */
function removeOld(cluster: ClusterContext, { spec }: CronJob, own: readonly Job[]): void {
  const limits = { Complete: spec.successfulJobsHistoryLimit ?? 3, Failed: spec.failedJobsHistoryLimit ?? 1 };
  for (const [type, limit] of Object.entries(limits)) {
    const ended = own
      .filter((job) => endOf(job)?.type === type && !job.metadata.deletionTimestamp)
      .sort((a, b) => (a.status?.startTime ?? '').localeCompare(b.status?.startTime ?? ''));
    for (const job of ended.slice(0, Math.max(0, ended.length - limit))) deleteObject(cluster, jobs, job);
  }
}

function activeOf(own: readonly Job[]): Pick<NonNullable<CronJob['status']>, 'active'> {
  const active = own
    .filter((job) => !endOf(job))
    .map(({ apiVersion, kind, metadata: { namespace, name, uid } }) => ({
      apiVersion,
      kind,
      namespace,
      name,
      uid,
    }));
  return active.length > 0 ? { active } : {};
}

function lastSuccess({ status }: CronJob, own: readonly Job[]): NonNullable<CronJob['status']> {
  const times = [status?.lastSuccessfulTime, ...own.map((job) => job.status?.completionTime)];
  const last = times
    .filter((time) => time !== undefined)
    .sort()
    .at(-1);
  return last === undefined ? {} : { lastSuccessfulTime: last };
}
