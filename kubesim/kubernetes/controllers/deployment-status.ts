import { timestamp, withCondition, type Condition } from '../kinds/object.js';
import type { Deployment, ReplicaSet } from '../kinds/workloads.js';
import { rolloutBounds } from './rollout.js';

type Status = NonNullable<Deployment['status']>;

/** The current time, and the conversion of simulated seconds to milliseconds. */
export interface SimulatedTime {
  readonly now: Date;
  scaled(seconds: number): number;
}

interface StatusResult {
  readonly status: Status;
  /** Simulated seconds after which the progress deadline has to be checked. */
  readonly checkAfter: number | undefined;
}

/** Status of a deployment with the ReplicaSets `sets`, of which `fresh` has the current template. */
export function deploymentStatus(
  deployment: Deployment,
  fresh: ReplicaSet | undefined,
  sets: readonly ReplicaSet[],
  time: SimulatedTime,
): StatusResult {
  const counts = countsOf(deployment, fresh, sets);
  const at = timestamp(time.now);
  const desired = deployment.spec.replicas ?? 1;
  const enough =
    (counts.availableReplicas ?? 0) >= desired - Math.min(rolloutBounds(deployment).unavailable, desired);
  const available = enough ? AVAILABLE : UNAVAILABLE;
  const progress = progressOf(deployment, { fresh, counts, time });
  const conditions = [available, progress.condition].reduce<readonly Condition[] | undefined>(
    (all, condition) =>
      withCondition(all, withUpdateTimes(condition, all, { at, moved: progress.moved }), at),
    deployment.status?.conditions,
  );
  const failure = failureOf(deployment, fresh, sets);
  const kept = conditions?.filter(({ type }) => type !== FAILURE) ?? [];
  const all = failure ? [...kept, failure] : kept;
  return { status: { ...counts, conditions: all }, checkAfter: progress.checkAfter };
}

const FAILURE = 'ReplicaFailure';

/** Why pods of its ReplicaSets cannot be created; undefined if they can. */
function failureOf(
  { status }: Deployment,
  fresh: ReplicaSet | undefined,
  sets: readonly ReplicaSet[],
): Condition | undefined {
  const of = (set: ReplicaSet | undefined) => set?.status?.conditions?.find(({ type }) => type === FAILURE);
  const failure = of(fresh) ?? sets.map(of).find(Boolean);
  if (!failure) return undefined;
  const known = status?.conditions?.find(({ type }) => type === FAILURE);
  const same = known?.reason === failure.reason && known?.message === failure.message;
  return same ? known : { ...failure, lastUpdateTime: failure.lastTransitionTime };
}

const AVAILABLE: Condition = {
  type: 'Available',
  status: 'True',
  reason: 'MinimumReplicasAvailable',
  message: 'Deployment has minimum availability.',
};
const UNAVAILABLE: Condition = {
  type: 'Available',
  status: 'False',
  reason: 'MinimumReplicasUnavailable',
  message: 'Deployment does not have minimum availability.',
};

function countsOf(
  deployment: Deployment,
  fresh: ReplicaSet | undefined,
  sets: readonly ReplicaSet[],
): Status {
  const total = (read: (set: ReplicaSet) => number | undefined) =>
    sets.reduce((sum, set) => sum + (read(set) ?? 0), 0);
  const available = total(({ status }) => status?.availableReplicas);
  return {
    observedGeneration: deployment.metadata.generation,
    replicas: total(({ status }) => status?.replicas),
    updatedReplicas: fresh?.status?.replicas ?? 0,
    readyReplicas: total(({ status }) => status?.readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, total(({ spec }) => spec.replicas) - available),
  };
}

interface Progress {
  readonly condition: Condition;
  readonly moved: boolean;
  readonly checkAfter: number | undefined;
}

function progressOf(
  deployment: Deployment,
  facts: { readonly fresh: ReplicaSet | undefined; readonly counts: Status; readonly time: SimulatedTime },
): Progress {
  const { fresh, counts, time } = facts;
  const subject = fresh ? `ReplicaSet "${fresh.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  const outcome = (condition: Condition, moved = false, checkAfter?: number) => ({
    condition,
    moved,
    checkAfter,
  });
  if (deployment.spec.paused)
    return outcome(
      pausedProgress(deployment) ?? progressing('Unknown', 'DeploymentPaused', 'Deployment is paused'),
    );
  if (isComplete(deployment, counts)) {
    const message = `${subject} has successfully progressed.`;
    return outcome(progressing('True', 'NewReplicaSetAvailable', message));
  }
  const { progressDeadlineSeconds = 600 } = deployment.spec;
  const unmoved = unchangedProgress(deployment, counts);
  if (unmoved && isDeadlineExceeded(unmoved, time.now.getTime() - time.scaled(progressDeadlineSeconds))) {
    const message = `${subject} has timed out progressing.`;
    return outcome(progressing('False', 'ProgressDeadlineExceeded', message));
  }
  const condition = progressing('True', 'ReplicaSetUpdated', `${subject} is progressing.`);
  return unmoved ? outcome(condition) : outcome(condition, true, progressDeadlineSeconds + 1);
}

/** A rollout that has timed out stays so while it is paused. */
function pausedProgress({ status }: Deployment): Condition | undefined {
  return status?.conditions?.find(({ reason }) => reason === 'ProgressDeadlineExceeded');
}

/** The current Progressing condition of an incomplete rollout, if the counts have not changed since. */
function unchangedProgress({ status }: Deployment, counts: Status): Condition | undefined {
  const before = status?.conditions?.find(({ type }) => type === 'Progressing');
  const hasEnded = before?.reason === 'NewReplicaSetAvailable' || before?.reason === 'DeploymentPaused';
  return sameCounts(status, counts) && !hasEnded ? before : undefined;
}

/** Whether the last progress is before the time `limit` (milliseconds). */
function isDeadlineExceeded({ reason, lastUpdateTime }: Condition, limit: number): boolean {
  return reason === 'ProgressDeadlineExceeded' || Date.parse(lastUpdateTime ?? '') <= limit;
}

function progressing(status: string, reason: string, message: string): Condition {
  return { type: 'Progressing', status, reason, message };
}

function isComplete({ spec, metadata }: Deployment, counts: Status): boolean {
  const desired = spec.replicas ?? 1;
  const { replicas, updatedReplicas, availableReplicas } = counts;
  const all = replicas === desired && updatedReplicas === desired && availableReplicas === desired;
  return all && counts.observedGeneration === metadata.generation;
}

function sameCounts(before: Deployment['status'], now: Status): boolean {
  return (['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'] as const).every(
    (field) => (before?.[field] ?? 0) === (now[field] ?? 0),
  );
}

/** Keeps the update times of unchanged conditions, which avoids writes without a change. */
function withUpdateTimes(
  next: Condition,
  all: readonly Condition[] | undefined,
  { at, moved }: { at: string; moved: boolean },
): Condition {
  const before = all?.find(({ type }) => type === next.type);
  const same =
    before?.status === next.status && before.reason === next.reason && before.message === next.message;
  const keep = same && !(moved && next.type === 'Progressing');
  return { ...next, lastUpdateTime: keep ? before.lastUpdateTime : at };
}
