import type { ContainerInstanceRun } from '../../cluster-port.js';
import type { Pod } from '../kinds/core.js';
import { nodes } from '../kinds/nodes.js';
import { controllerOf } from '../kinds/object.js';
import { hasEnded } from '../kinds/pods.js';
import type { ClusterContext } from './context.js';
import type { ObjectReader } from '../store/cluster-store.js';

interface RunContext extends Pick<ClusterContext, 'clock' | 'serverlessZones'> {
  readonly store: ObjectReader;
}

/** The run of a pod; undefined if it has not started or runs on a node. */
export function containerInstanceRun(
  cluster: RunContext,
  pod: Pod,
  isDeleted: boolean,
): ContainerInstanceRun | undefined {
  const { startTime: startedAt } = pod.status;
  if (!startedAt || !isOnContainerInstance(cluster, pod)) return undefined;
  const endedAt = endOf(pod) ?? (isDeleted ? cluster.clock.now().toISOString() : null);
  return {
    podUid: pod.metadata.uid,
    containers: pod.spec.containers.map(({ resources }) => (resources ? { resources } : {})),
    startedAt,
    endedAt: endedAt !== null && Date.parse(endedAt) < Date.parse(startedAt) ? startedAt : endedAt,
  };
}

/** Whether the pod runs on a container instance: pods of serverless clusters, and of virtual nodes except DaemonSet pods. */
function isOnContainerInstance({ serverlessZones, store }: RunContext, pod: Pod): boolean {
  if (serverlessZones) return true;
  const node = store.get(nodes, '', pod.spec.nodeName ?? '');
  return node?.metadata.labels?.['type'] === 'virtual-kubelet' && controllerOf(pod)?.kind !== 'DaemonSet';
}

/** Time at which the last container ended; undefined while the pod runs. */
function endOf(pod: Pod): string | undefined {
  if (!hasEnded(pod)) return undefined;
  const ends = (pod.status.containerStatuses ?? []).flatMap(
    ({ state }) => state.terminated?.finishedAt ?? [],
  );
  return ends.sort().at(-1) ?? pod.status.startTime;
}
