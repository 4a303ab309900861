import type { ContainerStatus, Pod } from '../kinds/core.js';
import type { Job, PodFailureRule } from '../kinds/workloads.js';

/** Whether the Job replaces pods only when they have ended, not when they are being deleted. */
export function replacesOnlyFailed({ spec }: Job): boolean {
  return spec.podReplacementPolicy === 'Failed';
}

/** Whether the pod has failed: one that is deleted early counts, unless the Job waits for its end. */
export function hasFailed(job: Job, { status, spec, metadata }: Pod): boolean {
  if (status.phase === 'Failed') return true;
  if (!metadata.deletionTimestamp || status.phase === 'Succeeded') return false;
  // No kubelet ends a pod without node.
  return !replacesOnlyFailed(job) || !spec.nodeName;
}

/** What the failure of a pod means for its Job. */
export interface FailureMatch {
  /** Action of the first rule that matches; undefined if none does. */
  readonly action: string | undefined;
  /** Why the Job fails, for the action `FailJob`. */
  readonly message: string | undefined;
}

/** Matches a failed pod with the rules of its Job. */
export function matchFailure({ spec }: Job, pod: Pod): FailureMatch {
  const { rules = [] } = spec.podFailurePolicy ?? {};
  for (const [index, rule] of rules.entries()) {
    const why = matchRule(rule, pod);
    if (why === undefined) continue;
    const { action } = rule;
    const message = action === 'FailJob' ? `${why} matching ${action} rule at index ${index}` : undefined;
    return { action, message };
  }
  return { action: undefined, message: undefined };
}

/** Whether the failure of the pod counts against the limits of its Job. */
export function countsAsFailure(job: Job, pod: Pod): boolean {
  return matchFailure(job, pod).action !== 'Ignore';
}

/** What of the pod matches the rule; undefined if nothing does. */
function matchRule({ onExitCodes, onPodConditions }: PodFailureRule, pod: Pod): string | undefined {
  const { namespace = '', name } = pod.metadata;
  if (onExitCodes) {
    const statuses = [...(pod.status.containerStatuses ?? []), ...(pod.status.initContainerStatuses ?? [])];
    const matching = statuses.find((status) => matchesExitCode(onExitCodes, status));
    const code = matching?.state.terminated?.exitCode;
    return (
      matching && `Container ${matching.name} for pod ${namespace}/${name} failed with exit code ${code}`
    );
  }
  const condition = pod.status.conditions?.find(({ type, status }) =>
    onPodConditions?.some((pattern) => pattern.type === type && (pattern.status ?? 'True') === status),
  );
  return condition && `Pod ${namespace}/${name} has condition ${condition.type}`;
}

function matchesExitCode(
  { containerName, operator, values }: NonNullable<PodFailureRule['onExitCodes']>,
  { name, state }: ContainerStatus,
): boolean {
  const { exitCode } = state.terminated ?? { exitCode: 0 };
  if (exitCode === 0 || (containerName !== undefined && containerName !== name)) return false;
  return operator === 'In' ? values.includes(exitCode) : !values.includes(exitCode);
}
