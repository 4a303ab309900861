import type { Container, ContainerState, ContainerStatus, Pod } from '../kubernetes/kinds/core.js';
import { timestamp } from '../kubernetes/kinds/object.js';
import { hash32 } from '../random.js';

/** Status of a container that has not started. */
export function waitingStatus({ name, image }: Container, reason: string, message?: string): ContainerStatus {
  return {
    name,
    image,
    imageID: '',
    ready: false,
    started: false,
    restartCount: 0,
    state: { waiting: { reason, ...(message ? { message } : {}) } },
    lastState: {},
  };
}

/** Status of a container that has been running since `at`; counts a restart if it ran before. */
export function runningStatus(
  pod: Pod,
  container: Container,
  { before, at }: { readonly before: ContainerStatus | undefined; readonly at: Date },
): ContainerStatus {
  const again = before?.containerID ? before.restartCount + 1 : (before?.restartCount ?? 0);
  return {
    name: container.name,
    image: container.image,
    imageID: `docker.io/${container.image.split(':')[0] ?? ''}@sha256:${digest(container.image)}`,
    containerID: `containerd://${digest(`${pod.metadata.uid}/${container.name}/${again}`)}`,
    ready: false,
    started: false,
    restartCount: again,
    state: { running: { startedAt: timestamp(at) } },
    lastState: before?.state.terminated ? before.state : (before?.lastState ?? {}),
  };
}

/** Status of a container that ended with the code, and left a message. */
export function endedStatus(
  status: ContainerStatus,
  {
    code,
    at,
    message,
    reason = code === 0 ? 'Completed' : 'Error',
  }: {
    readonly code: number;
    readonly at: Date;
    readonly message?: string;
    readonly reason?: string;
  },
): ContainerStatus {
  const terminated: ContainerState['terminated'] = {
    exitCode: code,
    reason,
    ...(message ? { message } : {}),
    startedAt: status.state.running?.startedAt,
    finishedAt: timestamp(at),
    containerID: status.containerID,
  };
  return { ...status, ready: false, started: false, state: { terminated } };
}

/** Status of a failed container that waits for its restart. */
export function backOffStatus(status: ContainerStatus, pod: Pod, seconds: number): ContainerStatus {
  const where = `${pod.metadata.name}_${pod.metadata.namespace ?? ''}(${pod.metadata.uid})`;
  const message = `back-off ${spanText(seconds)} restarting failed container=${status.name} pod=${where}`;
  return { ...status, state: { waiting: { reason: 'CrashLoopBackOff', message } }, lastState: status.state };
}

function spanText(seconds: number): string {
  return seconds >= 60 ? `${Math.floor(seconds / 60)}m${seconds % 60}s` : `${seconds}s`;
}

function digest(text: string): string {
  return Array.from({ length: 8 }, (_, index) =>
    hash32(`${text}${index}`).toString(16).padStart(8, '0'),
  ).join('');
}
