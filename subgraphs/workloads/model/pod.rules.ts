import type { ContainerState, ContainerStatus, PodSpec, PodStatus } from 'kubernetes-types/core/v1.js';
import type { KubernetesObject } from '../../../engine/kubernetes/client.js';
import { identityOf } from './metadata.rules.js';
import { encodePodId } from './pod-id.js';

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly ready: boolean;
  readonly restarts: number;
  readonly state: 'waiting' | 'running' | 'terminated';
  readonly reason: string | null;
}

/** A pod of a cluster; the GraphQL type of the same name describes the fields. */
export interface Pod {
  readonly id: string;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly phase: string;
  readonly ready: boolean;
  readonly message: string | null;
  readonly ip: string | null;
  readonly nodeName: string | null;
  readonly restarts: number;
  readonly containers: Container[];
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: Date | null;
}

/** A pod as the API server sends it. */
export interface PodObject extends KubernetesObject {
  spec?: PodSpec;
  status?: PodStatus;
}

/** API resource of pods. */
export const PODS = { apiVersion: 'v1', resource: 'pods' };

/** Maps a Kubernetes object to a pod. */
export function toPod(clusterId: string, object: PodObject): Pod {
  const { spec, status } = object;
  const identity = identityOf(object);
  const containers = containersOf(spec, status?.containerStatuses ?? []);
  return {
    ...identity,
    id: encodePodId({ clusterId, ...identity }),
    phase: status?.phase ?? 'Unknown',
    ready: isReady(status),
    message: messageOf(status),
    ip: status?.podIP ?? null,
    nodeName: spec?.nodeName ?? null,
    restarts: containers.reduce((sum, container) => sum + container.restarts, 0),
    containers,
  };
}

function isReady(status: PodStatus | undefined): boolean {
  return (status?.conditions ?? []).some(
    (condition) => condition.type === 'Ready' && condition.status === 'True',
  );
}

/** The message of the pod, otherwise that of its first condition with status False. */
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
    return {
      name,
      image: image ?? status?.image ?? '',
      ready: status?.ready ?? false,
      restarts: status?.restartCount ?? 0,
      ...stateOf(status?.state),
    };
  });
}

function stateOf(state: ContainerState = {}): Pick<Container, 'state' | 'reason'> {
  if (state.running) return { state: 'running', reason: null };
  if (state.terminated) return { state: 'terminated', reason: state.terminated.reason ?? null };
  return { state: 'waiting', reason: state.waiting?.reason ?? null };
}
