import { forbidden } from '../kinds/status.js';
import type { Pod } from '../kinds/core.js';
import { hasEnded, pods } from '../kinds/pods.js';
import { runtimeClasses } from '../kinds/runtime-class.js';
import type { ClusterContext } from './context.js';
import { withLimitDefaults } from './limit-ranges.js';

/** Admission of a new pod: adds the node selector of its RuntimeClass and enforces the pod limit of the cluster. */
export function admitPod(cluster: ClusterContext, pod: Pod): Pod {
  checkPodLimit(cluster, pod);
  return withLimitDefaults(cluster.store, withRuntimeClass(cluster, pod));
}

/** Enforces the pod limit of the cluster; ended pods do not count. */
function checkPodLimit(cluster: ClusterContext, { metadata }: Pod): void {
  const limit = cluster.maxPods();
  if (limit === undefined || cluster.store.count(pods) < limit) return;
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
      ...(tolerations && { tolerations: [...(pod.spec.tolerations ?? []), ...tolerations] }),
    },
  };
}
