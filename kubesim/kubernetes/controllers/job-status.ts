import type { Pod } from '../kinds/core.js';
import { withCondition, type Condition } from '../kinds/object.js';
import type { Job } from '../kinds/workloads.js';

/** The pods of a Job by what has become of them. */
export interface JobTally {
  readonly active: readonly Pod[];
  readonly succeeded: number;
  readonly failed: number;
}

/** Why a Job ends: its condition, Complete or Failed. */
export interface JobEnd extends Condition {
  readonly type: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

/** The condition that ended the Job; undefined if it has not ended. */
export function endOf({ status }: Job): Condition | undefined {
  return status?.conditions?.find(
    ({ type, status: on }) => on === 'True' && (type === 'Complete' || type === 'Failed'),
  );
}

/** Why the Job ends now; undefined if it goes on. */
export function outcome(job: Job, tally: JobTally, isOverdue: boolean): JobEnd | undefined {
  if (isComplete(job, tally))
    return end('Complete', 'CompletionsReached', 'Reached expected number of succeeded pods');
  if (isPastBackoffLimit(job, tally))
    return end('Failed', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  return isOverdue
    ? end('Failed', 'DeadlineExceeded', 'Job was active longer than specified deadline')
    : undefined;
}

function end(type: JobEnd['type'], reason: string, message: string): JobEnd {
  return { type, status: 'True', reason, message };
}

/** Without completions, one pod that succeeds ends the Job when the others have ended too. */
function isComplete({ spec }: Job, { succeeded, active }: JobTally): boolean {
  if (spec.completions === undefined) return succeeded > 0 && active.length === 0;
  return succeeded >= spec.completions;
}

/** Failed pods count, and restarts of containers that are restarted in their pod. */
function isPastBackoffLimit({ spec }: Job, { failed, active }: JobTally): boolean {
  const { backoffLimit = 6, template } = spec;
  if (failed > backoffLimit) return true;
  if (template.spec.restartPolicy !== 'OnFailure') return false;
  const restarts = active
    .flatMap(({ status }) => [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
  return backoffLimit === 0 ? restarts > 0 : restarts >= backoffLimit;
}

/** Start time and conditions of a Job that ends, is suspended, resumed or goes on. */
export function progressOf(job: Job, ended: JobEnd | undefined, now: string): NonNullable<Job['status']> {
  const { status = {}, spec } = job;
  const { startTime, ...rest } = status;
  if (ended) return { ...status, startTime: startTime ?? now, ...endStatus(status.conditions, ended, now) };
  const before = status.conditions?.find(({ type }) => type === 'Suspended');
  if (spec.suspend) {
    const suspended = { type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' };
    return { ...rest, conditions: withCondition(status.conditions, suspended, now) };
  }
  if (before?.status !== 'True') return { ...status, startTime: startTime ?? now };
  const resumed = { type: 'Suspended', status: 'False', reason: 'JobResumed', message: 'Job resumed' };
  return { ...rest, startTime: now, conditions: withCondition(status.conditions, resumed, now) };
}

function endStatus(
  conditions: readonly Condition[] | undefined,
  ended: JobEnd,
  now: string,
): Pick<NonNullable<Job['status']>, 'conditions' | 'completionTime'> {
  const target = ended.type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
  const all = [{ ...ended, type: target }, ended].reduce<readonly Condition[] | undefined>(
    (list, condition) => withCondition(list, condition, now),
    conditions,
  );
  return { conditions: all, ...(ended.type === 'Complete' ? { completionTime: now } : {}) };
}
