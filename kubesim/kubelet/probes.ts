import { hasNodeProblem } from '../kubernetes/cluster/node-conditions.js';
import { faultDefinitions } from '../injected-faults.js';
import type { Container, ContainerStatus, Pod } from '../kubernetes/kinds/core.js';
import { isReady } from '../kubernetes/kinds/pods.js';
import type { KubeletClient } from '../kubelet-client.js';

/**
 * Returns the container statuses by the probes of a pod: a running container with a probe is ready unless its volume
 * hangs or the health checks of its node fail. undefined if nothing changes.
 */
export function probedStatuses(
  cluster: Pick<KubeletClient, 'node' | 'faults'>,
  pod: Pod,
): ContainerStatus[] | undefined {
  const statuses = pod.status.containerStatuses ?? [];
  const node = pod.spec.nodeName ? cluster.node(pod.spec.nodeName) : undefined;
  const hangs = cluster.faults
    .ofPod(pod.metadata.uid)
    .some(({ operation }) => faultDefinitions[operation]?.effect === 'VOLUME_HANGS');
  const ready = !hangs && (!node || !hasNodeProblem(node, 'HealthChecksFailing'));
  const probed = new Set(pod.spec.containers.filter(isProbed).map(({ name }) => name));
  const wrong = (status: ContainerStatus) =>
    status.state.running !== undefined && probed.has(status.name) && status.ready !== ready;
  // While the node was unreachable, the control plane has set the pod to not ready.
  const outdated = statuses.length > 0 && statuses.every((status) => status.ready) && !isReady(pod);
  if (!outdated && !statuses.some(wrong)) return undefined;
  return statuses.map((status) => (wrong(status) ? { ...status, ready } : status));
}

function isProbed({ livenessProbe, readinessProbe }: Container): boolean {
  return livenessProbe != null || readinessProbe != null;
}
