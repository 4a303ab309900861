import type { ClusterContext, Controller } from '../cluster/context.js';
import { deleteObject } from '../cluster/delete.js';
import { replaceStatus } from '../cluster/write.js';
import { jobs } from '../kinds/batch.js';
import { timestamp, withCondition, type Condition } from '../kinds/object.js';
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

/** Runs pods of each Job until enough have succeeded or too many have failed. */
export function jobController(cluster: ClusterContext): Controller {
  const queue = cluster.queue('job', (key) => {
    const job = cluster.store.get(jobs, ...splitKey(key));
    if (job && !job.metadata.deletionTimestamp && !endOf(job)) reconcile(cluster, job);
  });
  return {
    start() {
      cluster.store.onChange(jobs, ({ object }) => queue.add(keyOf(object)));
      onOwnedPods(cluster, 'Job', (key) => queue.add(key));
      for (const job of cluster.store.all(jobs)) queue.add(keyOf(job));
    },
  };
}

function endOf({ status }: Job): Condition | undefined {
  return status?.conditions?.find(
    ({ type, status: on }) => on === 'True' && (type === 'Complete' || type === 'Failed'),
  );
}

function reconcile(cluster: ClusterContext, job: Job): void {
  const own = [...cluster.store.ownedOf(pods, job.metadata.uid)];
  const succeeded = own.filter((pod) => pod.status.phase === 'Succeeded').length;
  const failed = own.filter((pod) => pod.status.phase === 'Failed').length;
  const active = own.filter(isActive);
  const end = outcome(job, succeeded, failed);
  const desired = end ? 0 : desiredPods(job, succeeded);
  for (const pod of active.slice(Math.max(0, desired))) deleteObject(cluster, pods, pod);
  const apiError = untilApiError(() => {
    for (let created = active.length; created < desired; created += 1)
      createPod(cluster, job, { template: job.spec.template });
  });
  const now = timestamp(cluster.clock.now());
  const counts = {
    active: apiError ? activePods(cluster, job).length : desired,
    ready: active.filter(isReady).length,
    succeeded,
    failed,
  };
  replaceStatus(cluster, jobs, job, {
    startTime: now,
    ...job.status,
    ...counts,
    ...endStatus(job, end, now),
  });
  if (end)
    report(cluster, job, {
      reason: end.type === 'Complete' ? 'Completed' : 'BackoffLimitExceeded',
      message: end.message ?? '',
    });
  if (apiError) throw apiError;
}

function desiredPods({ spec }: Job, succeeded: number): number {
  return spec.suspend ? 0 : Math.min(spec.parallelism ?? 1, (spec.completions ?? 1) - succeeded);
}

function endStatus({ status }: Job, end: Condition | undefined, now: string): Job['status'] {
  if (!end) return {};
  const conditions = withCondition(status?.conditions, end, now);
  return end.type === 'Complete' ? { conditions, completionTime: now } : { conditions };
}

function outcome({ spec }: Job, succeeded: number, failed: number): Condition | undefined {
  if (succeeded >= (spec.completions ?? 1)) {
    return {
      type: 'Complete',
      status: 'True',
      reason: 'CompletionsReached',
      message: 'Reached expected number of succeeded pods',
    };
  }
  if (failed <= (spec.backoffLimit ?? 6)) return undefined;
  return {
    type: 'Failed',
    status: 'True',
    reason: 'BackoffLimitExceeded',
    message: 'Job has reached the specified backoff limit',
  };
}
