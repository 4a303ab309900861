import type { Container, ContainerStatus, Pod } from '../kubernetes/kinds/core.js';
import { keyOf } from '../kubernetes/store/cluster-store.js';
import { backOffStatus, endedStatus, podStatus, runningStatus, waitingStatus } from './containers.js';
import type { KubeletClient } from '../kubelet-client.js';
import { PodAddresses } from './pod-addresses.js';
import type { FindPodHost } from './pod-host.js';

/** Network of a pod whose node was deleted while the pod starts. */
const FALLBACK_NETWORK = '10.64.0.0/24';
const MIN_BACKOFF_SECONDS = 10;
const MAX_BACKOFF_SECONDS = 300;
const WARNING_REASONS: readonly string[] = [
  'Failed',
  'BackOff',
  'FailedAttachVolume',
  'FailedCreatePodSandBox',
  'FailedMount',
  'Unhealthy',
];

/** State transitions of containers, with the status of their pod, its address and events. */
export class ContainerLifecycle {
  private readonly addresses = new PodAddresses();

  constructor(
    private readonly cluster: KubeletClient,
    private readonly hostOf: FindPodHost,
    private readonly requeue: (key: string) => void,
  ) {}

  /** Starts a container for the first time, if the volumes of its pod can be mounted. */
  start(pod: Pod, container: Container): void {
    const problem = this.cluster.mountProblem(pod);
    if (!problem) return this.run(pod, container);
    this.report(pod, container, problem.reason, problem.message);
    this.retry(pod);
  }

  /** Starts or restarts a container. */
  run(pod: Pod, container: Container): void {
    const now = this.cluster.clock.now();
    const podIP = pod.status.podIP ?? this.takeAddress(pod);
    if (podIP === undefined) return this.failSandbox(pod, container);
    const before = pod.status.containerStatuses?.find(({ name }) => name === container.name);
    const placed: Pod = { ...pod, status: { ...pod.status, podIP, podIPs: [{ ip: podIP }] } };
    this.setContainer(placed, runningStatus(pod, container, before, now), pod);
    this.report(pod, container, 'Pulled', `Container image "${container.image}" already present on machine`);
    this.report(pod, container, 'Created', `Created container: ${container.name}`);
    this.report(pod, container, 'Started', `Started container ${container.name}`);
  }

  /** Records the address of a pod that was read. */
  keepAddress({ spec }: Pod, address: string): void {
    const { vpcAddresses } = this.cluster;
    if (vpcAddresses) vpcAddresses.keep(spec.nodeName ?? '', address);
    else this.addresses.reserve(address);
  }

  private takeAddress(pod: Pod): string | undefined {
    const { vpcAddresses } = this.cluster;
    if (vpcAddresses) return vpcAddresses.take(pod.spec.nodeName ?? '');
    return this.addresses.take(this.hostOf(pod)?.network ?? FALLBACK_NETWORK);
  }

  /** Without an address the pod waits for a retry. */
  private failSandbox(pod: Pod, container: Container): void {
    const reason = 'IP_NOT_AVAILABLE: no free address for the pod';
    const message = `Failed to create pod sandbox: plugin type="network" failed (add): ${reason}`;
    this.report(pod, container, 'FailedCreatePodSandBox', message);
    this.retry(pod);
  }

  private retry(pod: Pod): void {
    const key = keyOf(pod);
    this.cluster.timers.after(this.cluster.scaled(MIN_BACKOFF_SECONDS), () => this.requeue(key));
  }

  /** Ends a container with an exit code; its restart policy decides what follows. */
  end(pod: Pod, container: Container, code: number): void {
    const status = pod.status.containerStatuses?.find(({ name }) => name === container.name);
    if (!status) return;
    const ended = endedStatus(status, code, this.cluster.clock.now());
    const { restartPolicy } = pod.spec;
    if (restartPolicy === 'Never' || (restartPolicy === 'OnFailure' && code === 0))
      return this.setContainer(pod, ended, pod);
    this.setContainer(pod, backOffStatus(ended, pod, backOffSeconds(status.restartCount)), pod);
    const where = `${pod.metadata.name}_${pod.metadata.namespace ?? ''}(${pod.metadata.uid})`;
    this.report(
      pod,
      container,
      'BackOff',
      `Back-off restarting failed container ${container.name} in pod ${where}`,
    );
  }

  /** Sets a container to ImagePullBackOff. */
  failPull(pod: Pod, container: Container): void {
    const message = `Back-off pulling image "${container.image}": ErrImagePull: ${container.image}: not found`;
    this.setContainer(pod, waitingStatus(container, 'ImagePullBackOff', message), pod);
    this.report(
      pod,
      container,
      'Failed',
      `Failed to pull image "${container.image}": ${container.image}: not found`,
    );
    this.report(pod, container, 'BackOff', `Back-off pulling image "${container.image}"`);
  }

  private setContainer(pod: Pod, status: ContainerStatus, stored: Pod): void {
    const containers = (pod.status.containerStatuses ?? []).map((current) =>
      current.name === status.name ? status : current,
    );
    this.cluster.setPodStatus(stored, podStatus(pod, containers, this.cluster.clock.now()));
  }

  releaseAddress({ status }: Pod): void {
    if (status.podIP) (this.cluster.vpcAddresses ?? this.addresses).release(status.podIP);
  }

  /** Records an event of a container. */
  report(pod: Pod, container: Container, reason: string, message: string): void {
    this.cluster.record(pod, {
      type: WARNING_REASONS.includes(reason) ? 'Warning' : 'Normal',
      reason,
      message,
      component: 'kubelet',
      host: pod.spec.nodeName,
      fieldPath: `spec.containers{${container.name}}`,
    });
  }
}

/** Simulated seconds of the back-off after a number of restarts. */
export function backOffSeconds(restarts: number): number {
  return Math.min(MAX_BACKOFF_SECONDS, MIN_BACKOFF_SECONDS * 2 ** restarts);
}
