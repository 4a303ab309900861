import type { ContainerState, ContainerStatus, PodSpec, PodStatus } from 'kubernetes-types/core/v1.js';
import type { KubernetesObject } from '../../../engine/kubernetes/client.js';
import { identityOf } from './metadata.rules.js';
import { encodePodId } from './pod-id.js';
import { Container, Pod } from '../api/pod/pod.type.js';

/** A pod as the API server sends it. */
export interface PodObject extends KubernetesObject {
  spec?: PodSpec;
  status?: PodStatus;
}

/** Where the API serves pods. */
export const PODS = { apiVersion: 'v1', resource: 'pods' };

/** A pod of a cluster as the graph's. */
export function toPod(clusterId: string, object: PodObject): Pod {
  const { spec, status } = object;
  const identity = identityOf(object);
  const containers = containersOf(spec, status?.containerStatuses ?? []);
  return Object.assign(new Pod(), identity, {
    id: encodePodId({ clusterId, ...identity }),
    phase: status?.phase ?? 'Unknown',
    ready: isReady(status),
    message: messageOf(status),
    ip: status?.podIP ?? null,
    nodeName: spec?.nodeName ?? null,
    restarts: containers.reduce((sum, container) => sum + container.restarts, 0),
    containers,
  });
}

function isReady(status: PodStatus | undefined): boolean {
  return (status?.conditions ?? []).some(
    (condition) => condition.type === 'Ready' && condition.status === 'True',
  );
}

/** Why the pod is where it is: its own message, or that of the first condition that does not hold. */
function messageOf(status: PodStatus | undefined): string | null {
  return (
    status?.message ??
    status?.conditions?.find((condition) => condition.status === 'False' && condition.message)?.message ??
    null
  );
}

function containersOf(spec: PodSpec | undefined, statuses: readonly ContainerStatus[]): Container[] {
  return (spec?.containers ?? []).map(({ name, image }) => {
    const status = statuses.find((each) => each.name === name);
    return Object.assign(new Container(), {
      name,
      image: image ?? status?.image ?? '',
      ready: status?.ready ?? false,
      restarts: status?.restartCount ?? 0,
      ...stateOf(status?.state),
    });
  });
}

function stateOf(state: ContainerState = {}): Pick<Container, 'state' | 'reason'> {
  if (state.running) return { state: 'running', reason: null };
  if (state.terminated) return { state: 'terminated', reason: state.terminated.reason ?? null };
  return { state: 'waiting', reason: state.waiting?.reason ?? null };
}
