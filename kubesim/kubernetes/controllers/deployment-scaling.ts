import type { Deployment, ReplicaSet } from '../kinds/workloads.js';
import { proportionalSizes, rolloutBounds, type SetSize, type SizedSet } from './rollout.js';

const DESIRED = 'deployment.kubernetes.io/desired-replicas';
const MAX = 'deployment.kubernetes.io/max-replicas';

/** The annotations of a ReplicaSet with the size of its Deployment, by which a change of that size is noticed. */
export function sizeAnnotations(deployment: Deployment): Record<string, string> {
  const desired = deployment.spec.replicas ?? 1;
  return { [DESIRED]: String(desired), [MAX]: String(desired + surgeOf(deployment)) };
}

function surgeOf(deployment: Deployment): number {
  return deployment.spec.strategy?.type === 'Recreate' ? 0 : rolloutBounds(deployment).surge;
}

/** Whether the size of the Deployment has changed since its ReplicaSets were sized. */
export function isScaled({ spec }: Deployment, sets: readonly ReplicaSet[]): boolean {
  return sets.some((set) => {
    const sized = set.metadata.annotations?.[DESIRED];
    return isActive(set) && sized !== undefined && Number(sized) !== (spec.replicas ?? 1);
  });
}

/** The sizes of the ReplicaSets that change with the size of their Deployment; in the middle of a rollout in proportion. */
export function scaledSizes(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): ReadonlyMap<string, number> {
  const desired = deployment.spec.replicas ?? 1;
  const active = [...old, ...(current ? [current] : [])].filter(isActive);
  const [only = current ?? newestOf(old)] = active;
  if (active.length <= 1) return new Map(only ? [[only.metadata.name, desired]] : []);
  return isSaturated(current, desired)
    ? new Map(old.map(({ metadata }) => [metadata.name, 0]))
    : sizesInRollout(deployment, active);
}

function sizesInRollout(deployment: Deployment, active: readonly ReplicaSet[]): ReadonlyMap<string, number> {
  const { replicas: desired = 1, strategy } = deployment.spec;
  if (strategy?.type === 'Recreate') return new Map();
  const max = desired + surgeOf(deployment);
  return proportionalSizes(active.map(sizedSet), {
    desired,
    max,
    replicas: deployment.status?.replicas ?? 0,
  });
}

function sizedSet(set: ReplicaSet): SizedSet {
  const { creationTimestamp: created, annotations } = set.metadata;
  return { ...sizeOf(set), created, max: Number(annotations?.[MAX] ?? 0) };
}

function isActive({ spec }: ReplicaSet): boolean {
  return (spec.replicas ?? 0) > 0;
}

function isSaturated(current: ReplicaSet | undefined, desired: number): boolean {
  if (!current) return false;
  const { replicas, available } = sizeOf(current);
  return replicas === desired && available === desired;
}

function newestOf(sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return [...sets].sort((a, b) =>
    b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp),
  )[0];
}

/** The size of a ReplicaSet in a rollout. */
export function sizeOf(set: ReplicaSet): SetSize {
  return {
    name: set.metadata.name,
    replicas: set.spec.replicas ?? 0,
    available: set.status?.availableReplicas ?? 0,
  };
}
