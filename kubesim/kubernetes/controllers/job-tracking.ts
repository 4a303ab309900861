import type { ClusterContext } from '../cluster/context.js';
import { updateByController } from '../cluster/write.js';
import type { Pod } from '../kinds/core.js';
import type { KubeObject } from '../kinds/object.js';
import { pods } from '../kinds/pods.js';

/** Finalizer of a pod that its Job has not counted yet. */
export const TRACKING = 'batch.kubernetes.io/job-tracking';

/** Whether the Job has not counted the pod yet. */
export function isTracked({ metadata }: KubeObject): boolean {
  return metadata.finalizers?.includes(TRACKING) ?? false;
}

/** Adds the finalizer to an adopted pod, or one of a release that did not track pods. */
export function track(cluster: ClusterContext, pod: Pod): Pod {
  if (isTracked(pod)) return pod;
  return setFinalizers(cluster, pod, (finalizers) => [...finalizers, TRACKING]);
}

/** Removes the finalizer of a pod that is counted, or that no Job counts. */
export function untrack(cluster: ClusterContext, pod: Pod): Pod {
  if (!isTracked(pod)) return pod;
  return setFinalizers(cluster, pod, (finalizers) => finalizers.filter((name) => name !== TRACKING));
}

function setFinalizers(
  cluster: ClusterContext,
  pod: Pod,
  change: (finalizers: readonly string[]) => readonly string[],
): Pod {
  return updateByController(cluster, pods, pod, (object) => {
    const finalizers = change(object.metadata.finalizers ?? []);
    return {
      ...object,
      metadata: { ...object.metadata, finalizers: finalizers.length ? finalizers : undefined },
    };
  });
}
