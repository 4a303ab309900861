import type { Container, ContainerState, ContainerStatus, Pod, PodStatus } from '../kubernetes/kinds/core.js';
import { timestamp, withCondition, type Condition } from '../kubernetes/kinds/object.js';
import { hash32 } from '../random.js';

/** Behavior of a simulated container, derived from its image and command. */
export interface ContainerBehavior {
  /** The image cannot be pulled: its tag is `missing`. */
  readonly missing: boolean;
  /** Exit code after `seconds`; undefined if the container keeps running. */
  readonly exit: { readonly code: number; readonly seconds: number } | undefined;
}

const CRASH_SECONDS = 3;
const DEFAULT_TASK_SECONDS = 5;
/** Resource name of shared GPU memory, in GiB. */
const GPU_MEMORY = 'aliyun.com/gpu-mem';

/**
 * Returns the behavior of a container. The image tag `crash` ends it with code 1 after a moment, `missing` cannot be
 * pulled. Containers of pods with a restart policy other than Always (jobs) end with 0 after their `sleep N`, or
 * after five seconds.
 */
export function containerBehavior(
  container: Container,
  restartPolicy: string | undefined,
): ContainerBehavior {
  const tag = /:([^/:@]+)(@.*)?$/.exec(container.image)?.[1];
  const command = [...(container.command ?? []), ...(container.args ?? [])].join(' ');
  if (tag === 'missing') return { missing: true, exit: undefined };
  if (tag === 'crash') return { missing: false, exit: { code: 1, seconds: CRASH_SECONDS } };
  if (exceedsGpu(container, command)) return { missing: false, exit: { code: 1, seconds: CRASH_SECONDS } };
  if (restartPolicy === 'Always') return { missing: false, exit: undefined };
  return { missing: false, exit: taskEnd(command) };
}

function taskEnd(command: string): { readonly code: number; readonly seconds: number } {
  const code = numberIn(/\bexit\s+(\d+)/, command) ?? (command === 'false' ? 1 : 0);
  return { code, seconds: numberIn(/\bsleep\s+(\d+)/, command) ?? DEFAULT_TASK_SECONDS };
}

/** With `--gpu-memory=N` a container uses N GiB; GPU isolation ends it if that exceeds its limit. */
function exceedsGpu({ resources }: Container, command: string): boolean {
  const limit = resources?.limits?.[GPU_MEMORY];
  return limit !== undefined && (numberIn(/--gpu-memory[= ](\d+)/, command) ?? 0) > Number(limit);
}

function numberIn(pattern: RegExp, text: string): number | undefined {
  const [, digits] = pattern.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

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
  before: ContainerStatus | undefined,
  at: Date,
): ContainerStatus {
  const again = before?.containerID ? before.restartCount + 1 : (before?.restartCount ?? 0);
  return {
    name: container.name,
    image: container.image,
    imageID: `docker.io/${container.image.split(':')[0] ?? ''}@sha256:${digest(container.image)}`,
    containerID: `containerd://${digest(`${pod.metadata.uid}/${container.name}/${again}`)}`,
    ready: true,
    started: true,
    restartCount: again,
    state: { running: { startedAt: timestamp(at) } },
    lastState: before?.state.terminated ? before.state : (before?.lastState ?? {}),
  };
}

/** Status of a container that ended with the code. */
export function endedStatus(status: ContainerStatus, code: number, at: Date): ContainerStatus {
  const terminated: ContainerState['terminated'] = {
    exitCode: code,
    reason: code === 0 ? 'Completed' : 'Error',
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

/** Status of the pod: phase and conditions are derived from its containers. */
export function podStatus(pod: Pod, containers: readonly ContainerStatus[], at: Date): PodStatus {
  const phase = phaseOf(pod, containers);
  const ready = containers.length > 0 && containers.every((status) => status.ready);
  const why = readyReason(phase, ready);
  const on = (type: string, value: boolean, reason?: string): Condition => ({
    type,
    status: value ? 'True' : 'False',
    lastProbeTime: null,
    ...(value || !reason
      ? {}
      : { reason, message: `containers with unready status: [${unready(containers)}]` }),
  });
  const begun = phase !== 'Pending' || containers.some((status) => status.containerID);
  const next = [
    on('PodReadyToStartContainers', begun),
    on('Initialized', true),
    on('Ready', ready, why),
    on('ContainersReady', ready, why),
    on('PodScheduled', true),
  ];
  const time = timestamp(at);
  const conditions = next.reduce<readonly Condition[] | undefined>(
    (all, condition) => withCondition(all, condition, time),
    pod.status.conditions,
  );
  return { ...pod.status, phase, conditions, containerStatuses: containers };
}

function readyReason(phase: string, ready: boolean): string | undefined {
  if (ready) return undefined;
  return phase === 'Succeeded' ? 'PodCompleted' : 'ContainersNotReady';
}

function unready(containers: readonly ContainerStatus[]): string {
  return containers
    .filter((status) => !status.ready)
    .map((status) => status.name)
    .join(' ');
}

function phaseOf(pod: Pod, containers: readonly ContainerStatus[]): string {
  const ends = containers.map((status) => status.state.terminated);
  const policy = pod.spec.restartPolicy;
  if (ends.every((end) => end?.exitCode === 0) && policy !== 'Always') return 'Succeeded';
  if (ends.every((end) => end !== undefined) && policy === 'Never') return 'Failed';
  return containers.some((status) => status.containerID) ? 'Running' : 'Pending';
}
