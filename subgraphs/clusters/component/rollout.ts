interface Workload {
  readonly kind?: string;
  readonly metadata?: { readonly generation?: number };
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly updatedReplicas?: number;
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly updatedNumberScheduled?: number;
    readonly desiredNumberScheduled?: number;
  };
}

/**
 * Whether a live object has become what was applied: its controller has seen it and has made all its pods anew. Whether
 * they find room on a node does not count: a cluster may have no nodes yet.
 */
export function rolledOut(live: unknown): boolean {
  if (live === undefined) return false;
  const workload = live as Workload;
  if (workload.kind === 'Deployment') return isSeen(workload) && deploymentIsDone(workload);
  if (workload.kind === 'DaemonSet') return isSeen(workload) && daemonSetIsDone(workload);
  return true;
}

function isSeen({ metadata, status }: Workload): boolean {
  return (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 1);
}

function deploymentIsDone({ spec, status = {} }: Workload): boolean {
  const wanted = spec?.replicas ?? 1;
  const { updatedReplicas = 0, replicas = 0, readyReplicas = 0 } = status;
  // While none is ready, old pods that wait for a node are not replaced; that they wait is no failure of ours.
  if (readyReplicas === 0) return updatedReplicas >= Math.min(1, wanted);
  return updatedReplicas >= wanted && replicas === wanted;
}

function daemonSetIsDone({ status = {} }: Workload): boolean {
  const { updatedNumberScheduled = 0, desiredNumberScheduled = 0 } = status;
  return updatedNumberScheduled >= desiredNumberScheduled;
}
