import type { ClusterContext, Controller } from '../cluster/context.js';
import { jobs } from '../kinds/batch.js';
import { controllerOf, type KubeObject } from '../kinds/object.js';
import { pods } from '../kinds/pods.js';
import type { Job } from '../kinds/workloads.js';
import { keyOf, splitKey } from '../store/cluster-store.js';
import { endOf } from './job-status.js';
import { isTracked, untrack } from './job-tracking.js';

/** Removes the finalizer of pods whose Job is gone, ends or has released them. */
export function jobOrphanController(cluster: ClusterContext): Controller {
  const queue = cluster.queue('job-orphan', (key) => {
    const pod = cluster.store.get(pods, ...splitKey(key));
    if (!pod || !isTracked(pod)) return;
    const job = jobOf(cluster, pod);
    if (!job || hasEnded(job)) untrack(cluster, pod);
  });
  const addPodsOf = ({ metadata }: KubeObject) => {
    for (const pod of cluster.store.ownedOf(pods, metadata.uid)) if (isTracked(pod)) queue.add(keyOf(pod));
  };
  return {
    start() {
      cluster.store.onChange(jobs, ({ type, object }) => {
        if (type === 'DELETED' || hasEnded(object as Job)) addPodsOf(object);
      });
      cluster.store.onChange(pods, ({ object }) => {
        if (isTracked(object) && !jobOf(cluster, object)) queue.add(keyOf(object));
      });
      for (const pod of cluster.store.all(pods)) if (isTracked(pod)) queue.add(keyOf(pod));
    },
  };
}

/** Whether the Job counts no more pods. */
function hasEnded(job: Job): boolean {
  return endOf(job) !== undefined || job.metadata.deletionTimestamp !== undefined;
}

/** The Job that controls the pod; undefined if it is gone. */
function jobOf(cluster: ClusterContext, pod: KubeObject): Job | undefined {
  const owner = controllerOf(pod);
  if (owner?.kind !== jobs.kind) return undefined;
  const job = cluster.store.get(jobs, pod.metadata.namespace ?? '', owner.name);
  return job?.metadata.uid === owner.uid ? job : undefined;
}
