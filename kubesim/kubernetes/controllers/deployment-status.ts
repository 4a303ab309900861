import { timestamp, withCondition, type Condition } from '../kinds/object.js';
import type { Deployment, ReplicaSet } from '../kinds/workloads.js';
import { rolloutBounds } from './rollout.js';

type Status = NonNullable<Deployment['status']>;

/** The current time, and the conversion of simulated seconds to milliseconds. */
export interface SimulatedTime {
  readonly now: Date;
  scaled(seconds: number): number;
}

/** The ReplicaSets of a Deployment after a reconciliation. */
export interface RolloutState {
  /** The one that has the current template. */
  readonly fresh: ReplicaSet | undefined;
  readonly sets: readonly ReplicaSet[];
  /** Whether `fresh` was created. */
  readonly isCreated: boolean;
  /** Whether the Deployment is rolled out: neither paused nor only scaled. */
  readonly isRolling: boolean;
  /** Whether ReplicaSets count the pods that are being deleted. */
  readonly countsTerminating: boolean;
}

interface StatusResult {
  readonly status: Status;
  /** Milliseconds of the clock at which the progress deadline has to be checked. */
  readonly deadline: number | undefined;
}

/** Status of a Deployment. */
export function deploymentStatus(
  deployment: Deployment,
  state: RolloutState,
  time: SimulatedTime,
): StatusResult {
  const counts = countsOf(deployment, state);
  const at = timestamp(time.now);
  const before = deployment.status?.conditions;
  const desired = deployment.spec.replicas ?? 1;
  const least = desired - Math.min(rolloutBounds(deployment).unavailable, desired);
  const isAvailable = counts.availableReplicas >= least;
  const available = changed(conditionOf(before, 'Available'), isAvailable ? AVAILABLE : UNAVAILABLE, at);
  const progress = progressOf(deployment, { state, counts, time });
  const failure = failureOf(deployment, state);
  const kept = before?.filter(({ type }) => type !== FAILURE && (progress || type !== PROGRESSING));
  const conditions = [available, ...(progress ? [progress] : [])].reduce<readonly Condition[] | undefined>(
    (all, condition) => withCondition(all, condition, at),
    kept,
  );
  const all = [...(conditions ?? []), ...(failure ? [failure] : [])];
  const status = { ...withoutZeros(counts), ...terminatingOf(state), conditions: all };
  return { status, deadline: progress && checkTime(deployment, progress, { counts, time }) };
}

function conditionOf(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** The next condition; the one before it if its status and reason are the same. */
function changed(before: Condition | undefined, next: Condition, at: string): Condition {
  const isSame = before?.status === next.status && before.reason === next.reason;
  return isSame ? before : { ...next, lastUpdateTime: at };
}

const FAILURE = 'ReplicaFailure';
const PROGRESSING = 'Progressing';

/** Why pods of its ReplicaSets cannot be created; undefined if they can. */
function failureOf({ status }: Deployment, { fresh, sets }: RolloutState): Condition | undefined {
  const of = (set: ReplicaSet | undefined) => conditionOf(set?.status?.conditions, FAILURE);
  const failure = of(fresh) ?? sets.map(of).find(Boolean);
  if (!failure) return undefined;
  const known = conditionOf(status?.conditions, FAILURE);
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

/** Numbers of pods. */
interface Counts {
  readonly observedGeneration: number;
  readonly replicas: number;
  readonly updatedReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
  readonly unavailableReplicas: number;
}

function countsOf({ metadata }: Deployment, { fresh, sets }: RolloutState): Counts {
  const total = (read: (set: ReplicaSet) => number | undefined) =>
    sets.reduce((sum, set) => sum + (read(set) ?? 0), 0);
  const available = total(({ status }) => status?.availableReplicas);
  return {
    observedGeneration: metadata.generation ?? 0,
    replicas: total(({ status }) => status?.replicas),
    updatedReplicas: fresh?.status?.replicas ?? 0,
    readyReplicas: total(({ status }) => status?.readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, total(({ spec }) => spec.replicas) - available),
  };
}

function withoutZeros(counts: Counts): Status {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
}

/** The pods that are being deleted; nothing if a ReplicaSet has not counted them. */
function terminatingOf({ sets, countsTerminating }: RolloutState): Pick<Status, 'terminatingReplicas'> {
  if (!countsTerminating) return {};
  const statuses = sets.map(({ status }) => status);
  if (statuses.some((status) => status?.observedGeneration && status.terminatingReplicas === undefined))
    return {};
  return { terminatingReplicas: statuses.reduce((sum, each) => sum + (each?.terminatingReplicas ?? 0), 0) };
}

interface Facts {
  readonly counts: Counts;
  readonly time: SimulatedTime;
}

/** The largest number of seconds stands for no deadline. */
const NO_DEADLINE = 2 ** 31 - 1;

/** The condition Progressing; undefined without a deadline. */
function progressOf(
  deployment: Deployment,
  { state, counts, time }: Facts & { readonly state: RolloutState },
): Condition | undefined {
  if (deadlineOf(deployment) === NO_DEADLINE) return undefined;
  const at = timestamp(time.now);
  const before = begunProgress(deployment, state, at);
  const hasEnded = before?.reason === COMPLETE && counts.replicas === counts.updatedReplicas;
  if (!state.isRolling || hasEnded) return before;
  const subject = subjectOf(deployment, state);
  if (isComplete(deployment, counts))
    return changed(before, progressing('True', COMPLETE, `${subject} has successfully progressed.`), at);
  if (hasProgressed(deployment.status, counts)) {
    const updated = progressing('True', 'ReplicaSetUpdated', `${subject} is progressing.`);
    return { ...updated, lastUpdateTime: at };
  }
  if (!before || !isTimedOut(deployment, before, time)) return before;
  return changed(before, progressing('False', TIMED_OUT, `${subject} has timed out progressing.`), at);
}

function subjectOf({ metadata }: Deployment, { fresh }: RolloutState): string {
  return fresh ? `ReplicaSet "${fresh.metadata.name}"` : `Deployment "${metadata.name}"`;
}

function isTimedOut(deployment: Deployment, before: Condition, time: SimulatedTime): boolean {
  return before.reason !== COMPLETE && !(timeOf(deployment, before, time) > time.now.getTime());
}

const COMPLETE = 'NewReplicaSetAvailable';
const TIMED_OUT = 'ProgressDeadlineExceeded';
const PAUSED = 'DeploymentPaused';

/** The condition after the Deployment was paused or resumed, or its ReplicaSet created or found. */
function begunProgress(
  { spec, status }: Deployment,
  { fresh, isCreated, isRolling }: RolloutState,
  at: string,
): Condition | undefined {
  const current = pausedProgress(!!spec.paused, conditionOf(status?.conditions, PROGRESSING), at);
  if (!fresh) return current;
  const set = `replica set "${fresh.metadata.name}"`;
  if (isCreated)
    return changed(current, progressing('True', 'NewReplicaSetCreated', `Created new ${set}`), at);
  if (current || !isRolling) return current;
  return changed(undefined, progressing('True', 'FoundNewReplicaSet', `Found new ${set}`), at);
}

/** A rollout that has timed out stays so while it is paused. */
function pausedProgress(isPaused: boolean, known: Condition | undefined, at: string): Condition | undefined {
  if (known?.reason === TIMED_OUT) return known;
  if (isPaused) return changed(known, progressing('Unknown', PAUSED, 'Deployment is paused'), at);
  if (known?.reason !== PAUSED) return known;
  return changed(known, progressing('Unknown', 'DeploymentResumed', 'Deployment is resumed'), at);
}

function deadlineOf({ spec: { progressDeadlineSeconds = 600 } }: Deployment): number {
  return progressDeadlineSeconds;
}

/** The time of the progress deadline in milliseconds of the clock. */
function timeOf(deployment: Deployment, { lastUpdateTime }: Condition, time: SimulatedTime): number {
  return Date.parse(lastUpdateTime ?? '') + time.scaled(deadlineOf(deployment));
}

/** When a rollout that goes on has to be checked: a second after its deadline. */
function checkTime(deployment: Deployment, progress: Condition, { counts, time }: Facts): number | undefined {
  const { reason = '' } = progress;
  if ([COMPLETE, TIMED_OUT, PAUSED].includes(reason) || isComplete(deployment, counts)) return undefined;
  return timeOf(deployment, progress, time) + time.scaled(1);
}

function progressing(status: string, reason: string, message: string): Condition {
  return { type: PROGRESSING, status, reason, message };
}

function isComplete({ spec: { replicas: desired = 1 }, metadata }: Deployment, counts: Counts): boolean {
  const { replicas, updatedReplicas, availableReplicas } = counts;
  const all = replicas === desired && updatedReplicas === desired && availableReplicas === desired;
  return all && counts.observedGeneration === metadata.generation;
}

/** Whether more pods are new, ready or available than before, or fewer are old. */
function hasProgressed(before: Status = {}, now: Counts): boolean {
  const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = before;
  return (
    now.updatedReplicas > updatedReplicas ||
    now.replicas - now.updatedReplicas < replicas - updatedReplicas ||
    now.readyReplicas > readyReplicas ||
    now.availableReplicas > availableReplicas
  );
}
