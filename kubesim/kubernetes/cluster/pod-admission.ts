import { forbidden } from '../kinds/status.js';
import type { Pod, PodSpec } from '../kinds/core.js';
import { sameJson } from '../../../kernel/same-json.js';
import { timestamp, withCondition } from '../kinds/object.js';
import { hasEnded, pods } from '../kinds/pods.js';
import { runtimeClasses } from '../kinds/runtime-class.js';
import type { ClusterContext } from './context.js';
import { withLimitDefaults } from './limit-ranges.js';
import { withPriority } from './priority-admission.js';
import { withServiceAccount } from './service-account-admission.js';
import { withTopologyLabels } from './topology-labels.js';

/**
 * Admission of a new pod: adds what its RuntimeClass and its PriorityClass say, its service account and token, the
 * default tolerations and the labels of its node's zone, and enforces the pod limit of the cluster.
 */
export function admitPod(cluster: ClusterContext, pod: Pod): Pod {
  checkPodLimit(cluster, pod);
  const limited = withLimitDefaults(
    cluster.store,
    withServiceAccount(cluster, withRuntimeClass(cluster, pod)),
  );
  const tolerant = withDefaultTolerations(withPriority(cluster.store, limited));
  return withTopologyLabels(cluster, withSchedulingGates(cluster, tolerant));
}

const DEFAULT_TOLERATIONS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].map((key) => ({
  key,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 300,
}));

/** Adds a toleration of five minutes for each of the taints of lost nodes that the pod does not tolerate. */
function withDefaultTolerations(pod: Pod): Pod {
  const { tolerations = [] } = pod.spec;
  const isTolerated = (taint: string) =>
    tolerations.some(({ key, effect }) => (!key || key === taint) && (!effect || effect === 'NoExecute'));
  const added = DEFAULT_TOLERATIONS.filter(({ key }) => !isTolerated(key));
  return added.length === 0
    ? pod
    : { ...pod, spec: { ...pod.spec, tolerations: [...tolerations, ...added] } };
}

/** A pod with gates is not scheduled, which its condition says from its creation. */
function withSchedulingGates(cluster: ClusterContext, pod: Pod): Pod {
  if (!pod.spec.schedulingGates?.length) return pod;
  const condition = {
    ...{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', lastProbeTime: null },
    message: 'Scheduling is blocked due to non-empty scheduling gates',
  };
  const conditions = withCondition(pod.status.conditions, condition, timestamp(cluster.clock.now()));
  return { ...pod, status: { ...pod.status, conditions } };
}

/** Most pods of a cluster without a limit: a ReplicaSet may ask for two billion, and all clusters share one memory. */
const MAX_PODS = 20_000;

/** Enforces the pod limit of the cluster; ended pods do not count. */
function checkPodLimit(cluster: ClusterContext, { metadata }: Pod): void {
  const limit = cluster.maxPods() ?? MAX_PODS;
  if (cluster.store.count(pods) < limit) return;
  let used = 0;
  for (const pod of cluster.store.all(pods)) if (!hasEnded(pod)) used += 1;
  if (used < limit) return;
  const why = `exceeded quota: pods-per-cluster, requested: pods=1, used: pods=${used}, limited: pods=${limit}`;
  throw forbidden(`pods "${metadata.name}" is forbidden: ${why}`, { name: metadata.name, kind: pods.plural });
}

function withRuntimeClass(cluster: ClusterContext, pod: Pod): Pod {
  const { runtimeClassName } = pod.spec;
  if (!runtimeClassName) return pod;
  const chosen = cluster.store.get(runtimeClasses, '', runtimeClassName);
  if (!chosen) {
    const { name } = pod.metadata;
    const why = `pod rejected: RuntimeClass "${runtimeClassName}" not found`;
    throw forbidden(`pods "${name}" is forbidden: ${why}`, { name, kind: pods.plural });
  }
  const { nodeSelector, tolerations } = chosen.scheduling ?? {};
  return {
    ...pod,
    spec: {
      ...pod.spec,
      ...(nodeSelector && { nodeSelector: { ...nodeSelector, ...pod.spec.nodeSelector } }),
      ...(tolerations && { tolerations: merged(pod.spec.tolerations, tolerations) }),
    },
  };
}

/** Tolerations with those of a class that they lack. */
function merged(own: PodSpec['tolerations'] = [], added: NonNullable<PodSpec['tolerations']>) {
  return [...own, ...added.filter((each) => !own.some((known) => sameJson(known, each)))];
}
