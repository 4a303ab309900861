import type { Pod } from '../kinds/core.js';
import { withCondition, type Condition } from '../kinds/object.js';
import type { Job, SuccessRule } from '../kinds/workloads.js';
import { countsAsFailure, hasFailed, matchFailure } from './job-failures.js';
import { hasLimitPerIndex, indexesText, parsedIndexes } from './job-indexes.js';
import { isTracked } from './job-tracking.js';

/** The pods of a Job by what has become of them; of those that are gone only the counts. */
export interface JobTally {
  readonly own: readonly Pod[];
  readonly active: readonly Pod[];
  readonly succeeded: number;
  readonly failed: number;
  /** Undefined unless the Job is indexed. */
  readonly succeededIndexes: ReadonlySet<number> | undefined;
  /** Undefined unless each index has a limit of failures. */
  readonly failedIndexes: ReadonlySet<number> | undefined;
}

/** What a Job ends with when its pods have ended. */
export interface JobTarget extends Condition {
  readonly type: 'SuccessCriteriaMet' | 'FailureTarget';
  readonly reason: string;
  readonly message: string;
}

/** The condition that ended the Job; undefined if it has not ended. */
export function endOf({ status }: Job): Condition | undefined {
  return status?.conditions?.find(
    ({ type, status: on }) => on === 'True' && (type === 'Complete' || type === 'Failed'),
  );
}

/** The number of failures so far, with pods that are not counted in the status yet. */
export function failuresOf(job: Job, own: readonly Pod[]): number {
  const failed = own.filter((pod) => isTracked(pod) && hasFailed(job, pod) && countsAsFailure(job, pod));
  return (job.status?.failed ?? 0) + failed.length;
}

/** What the Job ends with, for other reasons than its completions; undefined if it goes on. */
export function targetOf(job: Job, tally: JobTally, isOverdue: boolean): JobTarget | undefined {
  return (
    storedTarget(job) ??
    failureByPolicy(job, tally) ??
    failureByLimits(job, tally, isOverdue) ??
    failureOfIndexes(job, tally) ??
    successByPolicy(job, tally)
  );
}

function storedTarget({ status }: Job): JobTarget | undefined {
  const types = ['SuccessCriteriaMet', 'FailureTarget'];
  const [stored] = types.flatMap(
    (type) => status?.conditions?.find((each) => each.type === type && each.status === 'True') ?? [],
  );
  return stored as JobTarget | undefined;
}

function failureByPolicy(job: Job, { own }: JobTally): JobTarget | undefined {
  if (!job.spec.podFailurePolicy) return undefined;
  for (const pod of own) {
    const { message } = hasFailed(job, pod) ? matchFailure(job, pod) : {};
    if (message !== undefined) return target('FailureTarget', 'PodFailurePolicy', message);
  }
  return undefined;
}

function failureByLimits(job: Job, tally: JobTally, isOverdue: boolean): JobTarget | undefined {
  if (isPastBackoffLimit(job, tally))
    return target('FailureTarget', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  return isOverdue
    ? target('FailureTarget', 'DeadlineExceeded', 'Job was active longer than specified deadline')
    : undefined;
}

function failureOfIndexes({ spec }: Job, tally: JobTally): JobTarget | undefined {
  const { succeededIndexes, failedIndexes } = tally;
  if (!failedIndexes || failedIndexes.size === 0) return undefined;
  if (spec.maxFailedIndexes !== undefined && failedIndexes.size > spec.maxFailedIndexes) {
    const message = 'Job has exceeded the specified maximal number of failed indexes';
    return target('FailureTarget', 'MaxFailedIndexesExceeded', message);
  }
  const ended = failedIndexes.size + (succeededIndexes?.size ?? 0);
  return ended >= (spec.completions ?? 0)
    ? target('FailureTarget', 'FailedIndexes', 'Job has failed indexes')
    : undefined;
}

function successByPolicy({ spec }: Job, { succeededIndexes }: JobTally): JobTarget | undefined {
  const { rules } = spec.successPolicy ?? {};
  if (!rules || !succeededIndexes || succeededIndexes.size === 0) return undefined;
  const index = rules.findIndex((rule) => meets(rule, succeededIndexes, spec.completions ?? 0));
  if (index < 0) return undefined;
  return target('SuccessCriteriaMet', 'SuccessPolicy', `Matched rules at index ${index}`);
}

function meets(rule: SuccessRule, succeeded: ReadonlySet<number>, completions: number): boolean {
  const { succeededIndexes, succeededCount } = rule;
  if (succeededIndexes === undefined) return succeededCount !== undefined && succeeded.size >= succeededCount;
  const required = parsedIndexes(succeededIndexes, completions);
  const met = required.filter((each) => succeeded.has(each)).length;
  return (
    required.length > 0 &&
    (met === required.length || (succeededCount !== undefined && met >= succeededCount))
  );
}

/** The target of a Job with its completions; undefined if it has not. */
export function completion({ spec }: Job, succeeded: number, active: number): JobTarget | undefined {
  // Without completions, one pod that succeeds ends the Job when the others have ended too.
  const enough = spec.completions === undefined ? succeeded > 0 : succeeded >= spec.completions;
  return enough && active === 0
    ? target('SuccessCriteriaMet', 'CompletionsReached', 'Reached expected number of succeeded pods')
    : undefined;
}

function target(type: JobTarget['type'], reason: string, message: string): JobTarget {
  return { type, status: 'True', reason, message };
}

/** The condition that ends a Job with a target. */
export function endWith({ type, ...target }: JobTarget): Condition {
  return { ...target, type: type === 'FailureTarget' ? 'Failed' : 'Complete' };
}

/** Failed pods count, and restarts of containers that are restarted in their pod. */
function isPastBackoffLimit({ spec }: Job, { failed, own }: JobTally): boolean {
  const { backoffLimit = 6, template } = spec;
  if (failed > backoffLimit) return true;
  if (template.spec.restartPolicy !== 'OnFailure') return false;
  const restarts = own
    .filter(({ status }) => status.phase === 'Running' || status.phase === 'Pending')
    .flatMap(({ status }) => [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
  return backoffLimit === 0 ? restarts > 0 : restarts >= backoffLimit;
}

type Status = NonNullable<Job['status']>;

/** Start time and conditions of a Job that is suspended, resumed or goes on. */
export function progressOf(
  { status = {}, spec }: Job,
  now: string,
): Pick<Status, 'startTime' | 'conditions'> {
  const { startTime, conditions } = status;
  const before = conditions?.find(({ type }) => type === 'Suspended');
  if (spec.suspend) {
    const suspended = { type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' };
    const next = before?.status === 'True' ? conditions : withCondition(conditions, suspended, now);
    return { conditions: next };
  }
  if (before?.status !== 'True') return { startTime: startTime ?? now, ...(conditions && { conditions }) };
  const resumed = { type: 'Suspended', status: 'False', reason: 'JobResumed', message: 'Job resumed' };
  return { startTime: now, conditions: withCondition(conditions, resumed, now) };
}

/** Start time and conditions of a Job with a target, which has ended if none of its pods is still terminating. */
export function endingOf(
  { status = {} }: Job,
  target: JobTarget,
  { now, terminating }: { readonly now: string; readonly terminating: number },
): Pick<Status, 'startTime' | 'conditions' | 'completionTime'> {
  const ended = terminating === 0 ? [endWith(target)] : [];
  const conditions = [target, ...ended].reduce<readonly Condition[] | undefined>(
    (all, condition) =>
      all?.some(({ type }) => type === condition.type) ? all : withCondition(all, condition, now),
    status.conditions,
  );
  const isComplete = target.type === 'SuccessCriteriaMet' && ended.length > 0;
  return { startTime: status.startTime ?? now, conditions, ...(isComplete ? { completionTime: now } : {}) };
}

/** The indexes of a Job as its status has them. */
export function indexStatus(
  job: Job,
  succeeded: ReadonlySet<number> | undefined,
  failed: ReadonlySet<number> | undefined,
): Pick<Status, 'completedIndexes' | 'failedIndexes'> {
  return {
    ...(succeeded && succeeded.size > 0 ? { completedIndexes: indexesText(succeeded) } : {}),
    ...(failed && hasLimitPerIndex(job) ? { failedIndexes: indexesText(failed) } : {}),
  };
}
