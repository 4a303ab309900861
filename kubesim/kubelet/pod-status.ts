import type { Container, ContainerStatus, Pod, PodStatus } from '../kubernetes/kinds/core.js';
import { timestamp, withCondition, type Condition } from '../kubernetes/kinds/object.js';

/** Statuses of the containers of a pod. */
export interface ContainerStatuses {
  readonly containers: readonly ContainerStatus[];
  /** Undefined for a pod without init containers, or of a release that did not run them. */
  readonly init: readonly ContainerStatus[] | undefined;
}

/** The statuses of a pod's containers; undefined before its kubelet has accepted it. */
export function statusesOf({ status }: Pod): ContainerStatuses | undefined {
  const { containerStatuses, initContainerStatuses } = status;
  return containerStatuses && { containers: containerStatuses, init: initContainerStatuses };
}

/** The status of a container or init container. */
export function containerStatus({ status }: Pod, name: string): ContainerStatus | undefined {
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  return all.find((each) => each.name === name);
}

/** Whether an init container keeps running with the containers of the pod. */
export function isSidecar({ restartPolicy }: Container): boolean {
  return restartPolicy === 'Always';
}

/** Init containers that have not done their part: ended with 0 or, as sidecars, started. */
function incomplete({ spec }: Pod, { init }: ContainerStatuses): Container[] {
  if (!init) return [];
  return (spec.initContainers ?? []).filter((container) => {
    const status = init.find(({ name }) => name === container.name);
    return isSidecar(container) ? !status?.started : status?.state.terminated?.exitCode !== 0;
  });
}

/** The containers that run or start now: init containers one after the other, then the others. */
export function activeContainers(pod: Pod): Container[] {
  const statuses = statusesOf(pod);
  const { initContainers = [], containers } = pod.spec;
  if (!statuses?.init) return [...containers];
  const [next] = incomplete(pod, statuses);
  const reached = next ? initContainers.indexOf(next) : initContainers.length;
  const sidecars = initContainers.slice(0, reached).filter(isSidecar);
  return next ? [...sidecars, next] : [...sidecars, ...containers];
}

/** Status of the pod: phase and conditions are derived from its containers. */
export function podStatus(pod: Pod, statuses: ContainerStatuses, at: Date): PodStatus {
  const { containers, init } = statuses;
  const waiting = incomplete(pod, statuses).map(({ name }) => name);
  const phase = phaseOf(pod, statuses, waiting.length > 0);
  const serving = [...containers, ...sidecarStatuses(pod, statuses)];
  const unready = serving.filter((status) => !status.ready).map(({ name }) => name);
  const why = phase === 'Succeeded' ? 'PodCompleted' : 'ContainersNotReady';
  const notReady = { reason: why, message: `containers with unready status: [${unready.join(' ')}]` };
  const notInitialized = {
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: [${waiting.join(' ')}]`,
  };
  const begun = phase !== 'Pending' || [...containers, ...(init ?? [])].some((status) => status.containerID);
  const next = [
    condition('PodReadyToStartContainers', begun),
    condition('Initialized', waiting.length === 0, notInitialized),
    condition('Ready', unready.length === 0, notReady),
    condition('ContainersReady', unready.length === 0, notReady),
    condition('PodScheduled', true),
  ];
  const time = timestamp(at);
  const conditions = next.reduce<readonly Condition[] | undefined>(
    (all, each) => withCondition(all, each, time),
    pod.status.conditions,
  );
  const kept = { ...pod.status, phase, conditions, containerStatuses: containers };
  return init ? { ...kept, initContainerStatuses: init } : kept;
}

function condition(
  type: string,
  value: boolean,
  why?: { readonly reason: string; readonly message: string },
): Condition {
  return { type, status: value ? 'True' : 'False', lastProbeTime: null, ...(value ? {} : why) };
}

function sidecarStatuses({ spec }: Pod, { init = [] }: ContainerStatuses): ContainerStatus[] {
  const names = new Set((spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name));
  return init.filter(({ name }) => names.has(name));
}

function phaseOf({ spec }: Pod, { containers, init = [] }: ContainerStatuses, initializing: boolean): string {
  const policy = spec.restartPolicy;
  const failed = init.some(({ state }) => state.terminated && state.terminated.exitCode !== 0);
  if (initializing) return failed && policy === 'Never' ? 'Failed' : 'Pending';
  const ends = containers.map((status) => status.state.terminated);
  if (ends.every((end) => end?.exitCode === 0) && policy !== 'Always') return 'Succeeded';
  if (ends.every((end) => end !== undefined) && policy === 'Never') return 'Failed';
  return containers.some((status) => status.containerID) ? 'Running' : 'Pending';
}
