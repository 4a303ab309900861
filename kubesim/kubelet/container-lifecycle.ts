import { LRUCache } from 'lru-cache';
import type { KubeletClient, Occurrence } from '../kubelet-client.js';
import type { Container, ContainerStatus, Pod } from '../kubernetes/kinds/core.js';
import { hasEnded } from '../kubernetes/kinds/pods.js';
import { hash32 } from '../random.js';
import { keyOf } from '../kubernetes/store/cluster-store.js';
import type { ContainerChanges } from './container-changes.js';
import type { ContainerEnd } from './container-run.js';
import { backOffStatus, endedStatus, runningStatus, waitingStatus } from './containers.js';
import type { HookOutcome } from './lifecycle-hooks.js';
import { PodAddresses } from './pod-addresses.js';
import { missingVolume, readsToken } from './pod-content.js';
import type { FindPodHost } from './pod-host.js';
import { containerStatus, isSidecar, podStatus, statusesOf } from './pod-status.js';
import { SharedVolumes, sharesFiles } from './shared-volumes.js';
import { KILLED, type SimulatedContainers } from './simulated-containers.js';

/** Network of a pod whose node was deleted while the pod starts. */
const FALLBACK_NETWORK = '10.64.0.0/24';
/** Exit code of a container of which the runtime only knows that it does not run any more. */
const LOST = 255;
const MIN_BACKOFF_SECONDS = 10;
const MAX_BACKOFF_SECONDS = 300;
/** Least real time between two attempts to start a container that lacks something. */
const MIN_RETRY_MS = 1_000;
/** Most images of all nodes of a cluster that are known to be there. */
const MAX_IMAGES = 10_000;
const WARNING_REASONS: readonly string[] = [
  'Failed',
  'BackOff',
  'FailedAttachVolume',
  'FailedCreatePodSandBox',
  'FailedMount',
  'FailedPostStartHook',
  'FailedPreStopHook',
  'Unhealthy',
];

/** Containers of a pod that end together. */
export interface ContainerStop {
  readonly containers: readonly Container[];
  /** Simulated seconds from the deletion of the pod to their end. */
  readonly seconds: number;
}

/** State transitions of containers, with the status of their pod, its address and events. */
export class ContainerLifecycle {
  private readonly addresses = new PodAddresses();
  private readonly volumes = new SharedVolumes();
  /** The images that nodes have pulled: `<node> <image>`. */
  private readonly images = new LRUCache<string, true>({ max: MAX_IMAGES });

  constructor(
    private readonly cluster: KubeletClient,
    private readonly hostOf: FindPodHost,
    private readonly parts: {
      readonly simulated: SimulatedContainers;
      readonly changes: ContainerChanges;
      readonly requeue: (key: string) => void;
    },
  ) {}

  /** Starts a container for the first time, if the volumes of its pod can be mounted. `stored` is the pod as it was read. */
  start(pod: Pod, container: Container, stored = pod): void {
    const tokens = readsToken(pod, container) ? this.cluster.requestTokens(pod) : undefined;
    if (tokens)
      return void tokens.then((issued) => (issued ? this.parts.requeue(keyOf(pod)) : this.wait(pod, stored)));
    const missing = missingVolume(this.cluster, pod);
    const problem =
      missing === undefined
        ? this.cluster.mountProblem(pod)
        : ({ reason: 'FailedMount', message: missing } as const);
    if (!problem) return this.run(pod, container, stored);
    this.wait(pod, stored);
    this.report(pod, container, problem.reason, problem.message);
  }

  /** Starts or restarts a container. */
  run(pod: Pod, container: Container, stored = pod): void {
    const now = this.cluster.clock.now();
    const podIP = pod.status.podIP ?? this.takeAddress(pod);
    if (podIP === undefined) return this.failSandbox(pod, container, stored);
    const before = containerStatus(pod, container.name);
    const placed: Pod = { ...pod, status: { ...pod.status, podIP, podIPs: [{ ip: podIP }] } };
    const problem = this.parts.simulated.configProblem(placed, container);
    if (problem !== undefined) return this.failConfig(pod, { container, problem }, stored);
    const running = runningStatus(pod, container, { before, at: now });
    const state = this.parts.simulated.stateAt(this.parts.simulated.forecast(placed, container), 0);
    const hook = this.parts.simulated.postStart(placed, container);
    this.reportImage(pod, container);
    this.report(pod, container, 'Created', 'Container created');
    this.report(pod, container, 'Started', 'Container started');
    if (hook?.succeeds === false) return this.failPostStart(placed, container, { running, stored });
    this.setContainer(placed, { ...running, ...state }, stored);
    this.mountShared(pod, container, running);
    this.applyHook(pod, running, hook);
  }

  /** Ends a container whose hook fails at its start. */
  private failPostStart(
    pod: Pod,
    container: Container,
    { running, stored }: { readonly running: ContainerStatus; readonly stored: Pod },
  ): void {
    this.report(pod, container, 'FailedPostStartHook', 'PostStartHook failed');
    this.report(pod, container, 'Killing', 'FailedPostStartHook');
    const started = (all: readonly ContainerStatus[] = []) =>
      all.map((each) => (each.name === running.name ? running : each));
    const { containerStatuses, initContainerStatuses } = pod.status;
    const status = {
      ...pod.status,
      containerStatuses: started(containerStatuses),
      ...(initContainerStatuses && { initContainerStatuses: started(initContainerStatuses) }),
    };
    this.end({ ...pod, status }, container, { code: KILLED }, stored);
  }

  /** Records the files that a hook has changed in a running container. */
  private applyHook({ metadata }: Pod, status: ContainerStatus, hook: HookOutcome | undefined): void {
    const { name, restartCount } = status;
    const at = this.cluster.clock.now().getTime();
    for (const file of hook?.files ?? [])
      this.parts.changes.add({ podUid: metadata.uid, name, restartCount }, { ...file, at });
  }

  /**
   * Begins to stop the running containers of a pod: first its ordinary ones, then its sidecars, the last first. The grace
   * period is that of all together.
   */
  beginStop(pod: Pod, grace: number): readonly ContainerStop[] {
    const isRunning = ({ name }: Container) => containerStatus(pod, name)?.state.running !== undefined;
    const { initContainers = [], containers } = pod.spec;
    const ordinary = [...containers, ...initContainers.filter((each) => !isSidecar(each))].filter(isRunning);
    const sidecars = initContainers.filter((each) => isSidecar(each) && isRunning(each)).reverse();
    const stops: ContainerStop[] = [];
    for (const group of [ordinary, ...sidecars.map((sidecar) => [sidecar])]) {
      if (group.length === 0) continue;
      const turn = Math.max(0, ...stops.map(({ seconds }) => seconds));
      stops.push({ containers: group, seconds: this.beginStopOf(pod, group, { grace, turn }) });
    }
    // A sidecar that waits for its turn until the end of the grace period may end before the others.
    return stops.sort((a, b) => a.seconds - b.seconds);
  }

  /** Begins to stop containers of a pod at their turn; returns the simulated seconds until all have ended. */
  private beginStopOf(
    pod: Pod,
    containers: readonly Container[],
    times: { readonly grace: number; readonly turn: number },
  ): number {
    const durations = containers.map((container) => {
      this.report(pod, container, 'Killing', `Stopping container ${container.name}`);
      const { hook, seconds } = this.parts.simulated.termination(pod, container, times);
      if (hook?.succeeds === false) this.report(pod, container, 'FailedPreStopHook', 'PreStopHook failed');
      const status = containerStatus(pod, container.name);
      if (status) this.applyHook(pod, status, hook);
      return seconds;
    });
    return Math.max(...durations);
  }

  /** Ends containers of a pod whose other containers are stopped later. */
  endBefore(pod: Pod, ending: readonly Container[]): void {
    const at = this.cluster.clock.now();
    const { containers, init } = statusesOf(pod) ?? { containers: [], init: undefined };
    const ended = (status: ContainerStatus): ContainerStatus => {
      const container = ending.find(({ name }) => name === status.name);
      return container && status.state.running ? this.stopped(pod, container, { status, at }) : status;
    };
    const statuses = { containers: containers.map(ended), init: init?.map(ended) };
    this.cluster.setPodStatus(pod, { ...podStatus(pod, statuses, at), phase: pod.status.phase });
  }

  /** Ends the containers that ran when their machine was switched off; returns whether there are any. */
  endLost(pod: Pod, stoppedAt: number): boolean {
    // Times of statuses have seconds.
    const second = stoppedAt - (stoppedAt % 1_000);
    const isLost = ({ state: { running } }: ContainerStatus) =>
      running !== undefined && Date.parse(running.startedAt) < second;
    const statuses = statusesOf(pod);
    if (!statuses || ![...statuses.containers, ...(statuses.init ?? [])].some(isLost)) return false;
    const end = { code: LOST, at: new Date(stoppedAt), reason: 'Unknown' };
    const ended = (status: ContainerStatus) => (isLost(status) ? endedStatus(status, end) : status);
    const next = { containers: statuses.containers.map(ended), init: statuses.init?.map(ended) };
    this.cluster.record(pod, {
      ...{ type: 'Normal', reason: 'SandboxChanged', component: 'kubelet', host: pod.spec.nodeName },
      message: 'Pod sandbox changed, it will be killed and re-created.',
    });
    this.cluster.setPodStatus(pod, podStatus(pod, next, this.cluster.clock.now()));
    return true;
  }

  private stopped(
    pod: Pod,
    container: Container,
    { status, at }: { readonly status: ContainerStatus; readonly at: Date },
  ): ContainerStatus {
    if (sharesFiles(pod, container))
      this.volumes.keep(pod, container, this.parts.simulated.filesNow(pod, container));
    return endedStatus(status, { code: this.parts.simulated.stopCode(pod, container), at });
  }

  /** Reports that the image of a container was pulled, or was there. */
  private reportImage(pod: Pod, container: Container): void {
    const { image, imagePullPolicy } = container;
    const key = `${pod.spec.nodeName ?? ''} ${image}`;
    const isPresent = this.images.get(key) !== undefined && imagePullPolicy !== 'Always';
    this.images.set(key, true);
    if (isPresent)
      return this.report(
        pod,
        container,
        'Pulled',
        `Container image "${image}" already present on machine and can be accessed by the pod`,
      );
    const time = `${1 + (hash32(pod.metadata.uid) % 1000) / 1000}s`;
    this.report(pod, container, 'Pulling', `Pulling image "${image}"`);
    this.report(
      pod,
      container,
      'Pulled',
      `Successfully pulled image "${image}" in ${time} (${time} including waiting). Image size: ${imageSize(image)} bytes.`,
    );
  }

  /** Gives a container that starts the files that others have left in its volumes. */
  private mountShared(pod: Pod, container: Container, { restartCount, state }: ContainerStatus): void {
    const instance = { podUid: pod.metadata.uid, name: container.name, restartCount };
    const at = Date.parse(state.running?.startedAt ?? '');
    const found = this.volumes
      .filesOf(pod, container)
      .map(([path, text]) => ({ type: 'file', path, text, at }) as const);
    this.parts.changes.begin(instance, found);
    // What it will do depends on them.
    if (found.length > 0) this.parts.simulated.reconsider(container);
  }

  /** Forgets what a pod that is gone has used. */
  forget(pod: Pod): void {
    this.volumes.forget(pod);
    this.releaseAddress(pod);
  }

  /** Records the address of a pod that was read. */
  keepAddress({ spec }: Pod, address: string): void {
    const { vpcAddresses } = this.cluster;
    if (spec.hostNetwork) return;
    if (vpcAddresses) vpcAddresses.keep(spec.nodeName ?? '', address);
    else this.addresses.reserve(address);
  }

  private takeAddress(pod: Pod): string | undefined {
    const { vpcAddresses } = this.cluster;
    if (pod.spec.hostNetwork) return this.hostOf(pod)?.hostIP;
    if (vpcAddresses) return vpcAddresses.take(pod.spec.nodeName ?? '');
    return this.addresses.take(this.hostOf(pod)?.network ?? FALLBACK_NETWORK);
  }

  /** Without an address the pod waits for a retry. */
  private failSandbox(pod: Pod, container: Container, stored: Pod): void {
    const reason = 'IP_NOT_AVAILABLE: no free address for the pod';
    const message = `Failed to create pod sandbox: plugin type="network" failed (add): ${reason}`;
    this.wait(pod, stored);
    this.report(pod, container, 'FailedCreatePodSandBox', message);
  }

  /** A missing ConfigMap, Secret or key: the container waits for it. */
  private failConfig(
    pod: Pod,
    { container, problem }: { readonly container: Container; readonly problem: string },
    stored: Pod,
  ): void {
    const before = containerStatus(pod, container.name);
    const state = { waiting: { reason: 'CreateContainerConfigError', message: problem } };
    this.setContainer(pod, { ...(before ?? waitingStatus(container, '')), state }, stored);
    this.report(pod, container, 'Failed', `Error: ${problem}`);
    this.retry(pod);
  }

  /** Milliseconds until a container that lacks something is tried again. */
  get retryDelay(): number {
    return Math.max(MIN_RETRY_MS, this.cluster.scaled(MIN_BACKOFF_SECONDS));
  }

  /** Reports the pod as waiting, unless it is stored so, and tries again later. */
  private wait(pod: Pod, stored: Pod): void {
    if (pod !== stored) this.cluster.setPodStatus(stored, pod.status);
    this.retry(pod);
  }

  private retry(pod: Pod): void {
    const key = keyOf(pod);
    this.cluster.timers.after(this.retryDelay, () => this.parts.requeue(key));
  }

  /** Ends a container; its restart policy decides what follows. */
  end(
    pod: Pod,
    container: Container,
    { code, message, files }: Pick<ContainerEnd, 'code' | 'files'> & { readonly message?: string },
    stored = pod,
  ): void {
    const status = containerStatus(pod, container.name);
    if (!status) return;
    if (files) this.volumes.keep(pod, container, files);
    const ended = endedStatus(status, { code, at: this.cluster.clock.now(), message });
    if (!restarts(pod, container, code)) return this.setContainer(pod, ended, stored);
    const seconds = backOffSeconds(status.restartCount);
    // The first restart follows at once.
    if (seconds === 0) return this.setContainer(pod, ended, stored);
    this.setContainer(pod, backOffStatus(ended, pod, seconds), stored);
    const where = `${pod.metadata.name}_${pod.metadata.namespace ?? ''}(${pod.metadata.uid})`;
    this.report(
      pod,
      container,
      'BackOff',
      `Back-off restarting failed container ${container.name} in pod ${where}`,
    );
  }

  /** Ends a container whose startup or liveness probe fails. */
  kill(pod: Pod, container: Container, probe: string): void {
    const message = `Container ${container.name} failed ${probe.toLowerCase()} probe, will be restarted`;
    this.report(pod, container, 'Killing', message);
    this.end(pod, container, { code: KILLED });
  }

  /** Ends all containers of a pod that is deleted: with an exit code other than 0 of one of them the pod has failed. */
  stop(pod: Pod): void {
    const at = this.cluster.clock.now();
    const { initContainers = [], containers } = pod.spec;
    const end = (container: Container): ContainerStatus => {
      const status = containerStatus(pod, container.name) ?? waitingStatus(container, '');
      if (status.state.terminated) return status;
      if (status.state.running) return this.stopped(pod, container, { status, at });
      return endedStatus(status, { code: KILLED, at });
    };
    const statuses = {
      containers: containers.map(end),
      init: pod.status.initContainerStatuses && initContainers.map(end),
    };
    const failed = statuses.containers.some(({ state }) => state.terminated?.exitCode !== 0);
    const status = podStatus(pod, statuses, at);
    this.cluster.setPodStatus(pod, { ...status, phase: failed ? 'Failed' : 'Succeeded' });
  }

  /** Sets a container to ImagePullBackOff. */
  failPull(pod: Pod, container: Container): void {
    const message = `Back-off pulling image "${container.image}": ErrImagePull: ${container.image}: not found`;
    this.setContainer(pod, waitingStatus(container, 'ImagePullBackOff', message), pod);
    const { image } = container;
    this.report(pod, container, 'Pulling', `Pulling image "${image}"`);
    this.report(pod, container, 'Failed', `Failed to pull image "${image}": ${image}: not found`);
    this.report(pod, container, 'Failed', 'Error: ErrImagePull');
    // Unlike that of a container, the back-off of an image is no warning.
    this.report(pod, container, 'BackOff', `Back-off pulling image "${image}"`, 'Normal');
    this.report(pod, container, 'Failed', 'Error: ImagePullBackOff');
  }

  private setContainer(pod: Pod, status: ContainerStatus, stored: Pod): void {
    const now = this.cluster.clock.now();
    const replace = (current: ContainerStatus) => (current.name === status.name ? status : current);
    const { containers, init } = statusesOf(pod) ?? { containers: [], init: undefined };
    const statuses = { containers: containers.map(replace), init: init?.map(replace) };
    const next = podStatus(pod, statuses, now);
    // Sidecars stop when the containers of the pod have ended.
    const stop = (each: ContainerStatus) =>
      each.state.running ? endedStatus(each, { code: 0, at: now }) : each;
    const ended = hasEnded({ ...pod, status: next });
    this.cluster.setPodStatus(
      stored,
      ended && statuses.init ? { ...next, initContainerStatuses: statuses.init.map(stop) } : next,
    );
  }

  private releaseAddress({ spec, status }: Pod): void {
    if (status.podIP && !spec.hostNetwork)
      (this.cluster.vpcAddresses ?? this.addresses).release(status.podIP);
  }

  /** Records an event of a container. */
  report(
    pod: Pod,
    container: Container,
    reason: string,
    message: string,
    type: Occurrence['type'] = WARNING_REASONS.includes(reason) ? 'Warning' : 'Normal',
  ): void {
    const part = pod.spec.initContainers?.includes(container) ? 'initContainers' : 'containers';
    this.cluster.record(pod, {
      type,
      reason,
      message,
      component: 'kubelet',
      host: pod.spec.nodeName,
      fieldPath: `spec.${part}{${container.name}}`,
    });
  }
}

/** Whether a container that ended with the code starts again. */
export function restarts({ spec }: Pod, container: Container, code: number): boolean {
  if (isSidecar(container)) return true;
  const isInit = spec.initContainers?.some(({ name }) => name === container.name) ?? false;
  if (code === 0) return spec.restartPolicy === 'Always' && !isInit;
  return spec.restartPolicy !== 'Never';
}

/** Simulated seconds of the back-off after a number of restarts: none before the first. */
export function backOffSeconds(restartCount: number): number {
  if (restartCount === 0) return 0;
  return Math.min(MAX_BACKOFF_SECONDS, MIN_BACKOFF_SECONDS * 2 ** (restartCount - 1));
}

/** Bytes of an image: between 20 and 220 MB. */
function imageSize(image: string): number {
  return 20_000_000 + (hash32(image) % 200_000_000);
}
