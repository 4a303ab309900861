import { ApiError, tooManyDisruptions } from '../kinds/status.js';
import { deployments, replicaSets, statefulSets } from '../kinds/apps.js';
import type { Pod } from '../kinds/core.js';
import { replicationControllers } from '../kinds/replication-controllers.js';
import type { Amount } from '../kinds/amount-rules.js';
import { type PodDisruptionBudget, podDisruptionBudgets } from '../kinds/disruption-budgets.js';
import { controllerOf, timestamp, withCondition, type KubeObject } from '../kinds/object.js';
import { hasEnded, isActive, isReady, pods } from '../kinds/pods.js';
import type { ResourceType } from '../kinds/resource.js';
import { matchesLabels } from '../kinds/selector.js';
import type { ClusterContext } from './context.js';
import { replaceStatus } from './write.js';

/** Pod counts of a budget. */
export interface DisruptionBudgetCounts {
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly expectedPods: number;
  readonly disruptionsAllowed: number;
}

/** Counts the pods of a budget. */
export function countDisruptionBudget(
  cluster: ClusterContext,
  budget: PodDisruptionBudget,
): DisruptionBudgetCounts {
  const members = [...cluster.store.all(pods)].filter((pod) => budgetSelects(budget, pod) && !hasEnded(pod));
  const { minAvailable, maxUnavailable } = budget.spec;
  // An absolute number does not need the number of expected pods.
  const counted = maxUnavailable === undefined && typeof minAvailable === 'number';
  const expectedPods = counted ? members.length : expectedOf(cluster, members);
  const desiredHealthy = Math.max(
    0,
    maxUnavailable === undefined
      ? resolveAmount(minAvailable ?? 0, expectedPods)
      : expectedPods - resolveAmount(maxUnavailable, expectedPods),
  );
  const currentHealthy = members.filter((pod) => isActive(pod) && isReady(pod)).length;
  const disruptionsAllowed = expectedPods === 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
  return { currentHealthy, desiredHealthy, expectedPods, disruptionsAllowed };
}

/** The ApiError that prevents the eviction of a pod; undefined if it may be evicted. */
export function evictionError(cluster: ClusterContext, pod: Pod): ApiError | undefined {
  // Evicting pods that do not run or are being deleted disrupts nothing.
  if (!isActive(pod) || pod.status.phase === 'Pending') return undefined;
  const budgets = [...cluster.store.all(podDisruptionBudgets)].filter((budget) => budgetSelects(budget, pod));
  const [budget] = budgets;
  if (!budget) return undefined;
  if (budgets.length > 1) {
    const message =
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    return new ApiError(500, 'InternalError', message);
  }
  const count = countDisruptionBudget(cluster, budget);
  if (count.disruptionsAllowed > 0) return undefined;
  if (!isReady(pod) && mayEvictUnhealthy(budget, count)) return undefined;
  return tooManyDisruptions(budget.metadata.name, count);
}

/** Says in the status of a pod what ends it, and why. `failed` ends a pod that no kubelet ends. */
export function markDisrupted(
  cluster: ClusterContext,
  pod: Pod,
  {
    reason,
    message,
    failed = false,
  }: { readonly reason: string; readonly message: string; readonly failed?: boolean },
): Pod {
  const condition = { type: 'DisruptionTarget', status: 'True', reason, message };
  const conditions = withCondition(pod.status.conditions, condition, timestamp(cluster.clock.now()));
  const phase = failed ? 'Failed' : pod.status.phase;
  return replaceStatus(cluster, pods, pod, { ...pod.status, phase, conditions });
}

function mayEvictUnhealthy({ spec }: PodDisruptionBudget, count: DisruptionBudgetCounts): boolean {
  if (spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  return count.desiredHealthy > 0 && count.currentHealthy >= count.desiredHealthy;
}

/** Whether the budget selects the pod. */
export function budgetSelects({ metadata, spec }: PodDisruptionBudget, pod: KubeObject): boolean {
  return metadata.namespace === pod.metadata.namespace && matchesLabels(spec.selector, pod.metadata.labels);
}

/** Resolves a percentage of the whole, rounded up, or returns the number. */
function resolveAmount(amount: Amount, whole: number): number {
  return typeof amount === 'number' ? amount : Math.ceil((Number.parseInt(amount, 10) / 100) * whole);
}

/** Number of expected pods: the sum of the controllers' replicas. Of pods without one nothing is known. */
function expectedOf(cluster: ClusterContext, members: readonly Pod[]): number {
  const scales = new Map<string, number>();
  for (const pod of members) {
    const scale = scaleOf(cluster, pod);
    if (scale) scales.set(scale.uid, scale.replicas);
  }
  return [...scales.values()].reduce((sum, replicas) => sum + replicas, 0);
}

interface Scalable extends KubeObject {
  readonly spec: { readonly replicas?: number };
}

const SCALABLE: Readonly<Record<string, ResourceType | undefined>> = {
  ReplicaSet: replicaSets,
  ReplicationController: replicationControllers,
  StatefulSet: statefulSets,
  Deployment: deployments,
};

/** The outermost owner of an object that has replicas. */
function scaleOf(cluster: ClusterContext, object: KubeObject): { uid: string; replicas: number } | undefined {
  const reference = controllerOf(object);
  const type = SCALABLE[reference?.kind ?? ''];
  if (!reference || !type) return undefined;
  const owner = cluster.store.get<Scalable>(
    type as ResourceType<Scalable>,
    object.metadata.namespace ?? '',
    reference.name,
  );
  if (!owner) return undefined;
  return scaleOf(cluster, owner) ?? { uid: owner.metadata.uid, replicas: owner.spec.replicas ?? 1 };
}
