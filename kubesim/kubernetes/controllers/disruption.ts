import type { ClusterContext, Controller } from '../cluster/context.js';
import { countDisruptionBudget, budgetSelects } from '../cluster/disruption.js';
import { replaceStatus } from '../cluster/write.js';
import { type PodDisruptionBudget, podDisruptionBudgets } from '../kinds/disruption-budgets.js';
import { timestamp, type KubeObject } from '../kinds/object.js';
import { pods } from '../kinds/pods.js';
import { keyOf, splitKey } from '../store/cluster-store.js';

/** Updates the status of each disruption budget: healthy pods and allowed disruptions. */
export function disruptionController(cluster: ClusterContext): Controller {
  const queue = cluster.queue('disruption', (key) => {
    const budget = cluster.store.get(podDisruptionBudgets, ...splitKey(key));
    if (budget) reconcile(cluster, budget);
  });
  const addFor = (pod: KubeObject) => {
    for (const budget of cluster.store.all(podDisruptionBudgets))
      if (budgetSelects(budget, pod)) queue.add(keyOf(budget));
  };
  return {
    start() {
      cluster.store.onChange(podDisruptionBudgets, ({ object }) => queue.add(keyOf(object)));
      cluster.store.onChange(pods, ({ object, previous }) => {
        addFor(object);
        if (previous && previous.metadata.labels !== object.metadata.labels) addFor(previous);
      });
      for (const budget of cluster.store.all(podDisruptionBudgets)) queue.add(keyOf(budget));
    },
  };
}

/** Seconds after which a pod counts as not disrupted, if it has not been deleted since its eviction. */
const EVICTION_SECONDS = 120;

/** The evicted pods that are not deleted yet, by name, with the times of their evictions. */
function disruptedPods(
  { store, clock }: ClusterContext,
  { metadata, status }: PodDisruptionBudget,
): Pick<NonNullable<PodDisruptionBudget['status']>, 'disruptedPods'> {
  const limit = clock.now().getTime() - EVICTION_SECONDS * 1000;
  const kept = Object.entries(status?.disruptedPods ?? {}).filter(([name, at]) => {
    const pod = store.get(pods, metadata.namespace ?? '', name);
    return pod && !pod.metadata.deletionTimestamp && Date.parse(at) > limit;
  });
  return kept.length > 0 ? { disruptedPods: Object.fromEntries(kept) } : {};
}

function reconcile(cluster: ClusterContext, budget: PodDisruptionBudget): void {
  const count = countDisruptionBudget(cluster, budget);
  const status = count.disruptionsAllowed > 0 ? 'True' : 'False';
  const before = budget.status?.conditions?.find(({ type }) => type === 'DisruptionAllowed');
  const lastTransitionTime =
    before?.status === status ? before.lastTransitionTime : timestamp(cluster.clock.now());
  replaceStatus(cluster, podDisruptionBudgets, budget, {
    observedGeneration: budget.metadata.generation,
    ...count,
    ...disruptedPods(cluster, budget),
    conditions: [
      {
        type: 'DisruptionAllowed',
        status,
        reason: status === 'True' ? 'SufficientPods' : 'InsufficientPods',
        message: '',
        observedGeneration: budget.metadata.generation,
        lastTransitionTime,
      },
    ],
  });
}
