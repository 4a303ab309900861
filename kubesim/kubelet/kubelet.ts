import type { ClusterContext, Controller } from '../kubernetes/cluster/context.js';
import { removePod } from '../kubernetes/cluster/delete.js';
import { hasNodeProblem } from '../kubernetes/cluster/node-conditions.js';
import { replaceStatus } from '../kubernetes/cluster/write.js';
import { splitKey } from '../kubernetes/cluster/controlled-pods.js';
import type { WorkQueue } from '../kubernetes/cluster/work-queue.js';
import type { Container, ContainerStatus, Node, Pod } from '../kubernetes/kinds/core.js';
import { isNodeReady, nodes } from '../kubernetes/kinds/nodes.js';
import { timestamp } from '../kubernetes/kinds/object.js';
import { hasEnded, pods } from '../kubernetes/kinds/pods.js';
import { hash32 } from '../random.js';
import { keyOf } from '../kubernetes/store/cluster-store.js';
import type { Timer } from '../timers.js';
import {
  backOffStatus,
  containerBehavior,
  endedStatus,
  podStatus,
  runningStatus,
  waitingStatus,
} from './containers.js';
import { PodAddresses } from './pod-addresses.js';
import { instanceHost, nodeHost, type FindPodHost, type PodHost } from './pod-host.js';
import { probedStatuses } from './probes.js';
import { mountProblem } from '../kubernetes/cluster/volume-mounts.js';

/** Simulated seconds: pulling an image takes from PULL_LEAST to twice that; containers take STOP to end. */
const PULL_LEAST = 1;
const STOP = 1;
/** Of a pod whose node has gone in the moment in which it starts. */
const LAST_RESORT = '10.64.0.0/24';
const FIRST_BACKOFF = 10;
const LONGEST_BACKOFF = 300;
const WARNINGS: readonly string[] = [
  'Failed',
  'BackOff',
  'FailedAttachVolume',
  'FailedCreatePodSandBox',
  'FailedMount',
  'Unhealthy',
];
const PROBES = 'HealthChecksFailing';

/**
 * The kubelets of all nodes of a cluster. Each pod that is bound to a ready node is brought, step by step, to what its
 * containers do; the next step follows from the stored status alone, so that a restart resumes it.
 */
export function kubelets(cluster: ClusterContext): Controller {
  return new Kubelets(cluster, cluster.serverlessZones ? instanceHost() : nodeHost(cluster));
}

class Kubelets implements Controller {
  private readonly addresses = new PodAddresses();
  private readonly steps = new Map<string, Timer>();
  /** The uids of pods whose volumes are abnormal, or were when they were last looked at. */
  private readonly abnormal = new Set<string>();
  private readonly podsOf = new Map<string, Set<string>>();
  private readonly queue: WorkQueue;

  constructor(
    private readonly cluster: ClusterContext,
    private readonly homeOf: FindPodHost,
  ) {
    this.queue = cluster.queue('kubelet', (key) => this.sync(key));
  }

  start(): void {
    const { store } = this.cluster;
    for (const pod of store.all(pods)) {
      if (pod.status.podIP) this.keepAddress(pod, pod.status.podIP);
      this.seen(pod);
    }
    store.onChange(pods, ({ type, object }) => {
      if (type === 'DELETED') this.forget(object as Pod);
      else this.seen(object as Pod);
    });
    this.resumeAbnormal();
    this.cluster.faults.onChange(() => this.resumeAbnormal());
    store.onChange(nodes, ({ object, previous }) => {
      const ready = isNodeReady(object as Node);
      const failing = hasNodeProblem(object as Node, PROBES);
      const before = previous as Node | undefined;
      const woken = ready && !(before && isNodeReady(before));
      if (woken || (before && hasNodeProblem(before, PROBES) !== failing)) this.resume(object.metadata.name);
    });
  }

  private seen(pod: Pod): void {
    const { nodeName } = pod.spec;
    if (!nodeName) return;
    const known = this.podsOf.get(nodeName) ?? new Set();
    this.podsOf.set(nodeName, known.add(keyOf(pod)));
    this.queue.add(keyOf(pod));
  }

  private resume(nodeName: string): void {
    for (const key of this.podsOf.get(nodeName) ?? []) this.queue.add(key);
  }

  /** Looks again at the pods that are less ready than their nodes, or might have to be. */
  private resumeAbnormal(): void {
    for (const uid of this.cluster.faults.all().flatMap((fault) => fault.pods ?? [])) this.abnormal.add(uid);
    for (const uid of this.abnormal) {
      const pod = this.cluster.store.byUid(uid);
      if (pod) this.queue.add(keyOf(pod));
      if (!pod || this.cluster.faults.ofPod(uid).length === 0) this.abnormal.delete(uid);
    }
  }

  private forget(pod: Pod): void {
    this.cluster.faults.releasePods([pod.metadata.uid]);
    this.steps.get(pod.metadata.uid)?.cancel();
    this.steps.delete(pod.metadata.uid);
    const { nodeName } = pod.spec;
    if (!nodeName) return;
    if (pod.status.podIP) (this.cluster.vpcAddresses ?? this.addresses).release(pod.status.podIP);
    const known = this.podsOf.get(nodeName);
    known?.delete(keyOf(pod));
    if (known?.size === 0) this.podsOf.delete(nodeName);
  }

  private sync(key: string): void {
    const pod = this.cluster.store.get(pods, ...splitKey(key));
    const home = pod && this.homeOf(pod);
    if (!pod || !home) return;
    if (pod.metadata.deletionTimestamp) return this.stop(pod);
    if (hasEnded(pod)) return;
    if (!pod.status.containerStatuses) return this.accept(pod, home);
    if (this.probe(pod)) return;
    this.advance(pod);
  }

  /** Lets the pod be as ready as its probes find it; true when that was another readiness. */
  private probe(pod: Pod): boolean {
    const probed = probedStatuses(this.cluster, pod);
    if (!probed) return false;
    for (const container of pod.spec.containers) {
      const { ready } = probed.find(({ name }) => name === container.name) ?? {};
      const { ready: was } = pod.status.containerStatuses?.find(({ name }) => name === container.name) ?? {};
      if (was && !ready) this.report(pod, container, 'Unhealthy', 'Health check failed: connection refused');
    }
    replaceStatus(this.cluster, pods, pod, podStatus(pod, probed, this.cluster.clock.now()));
    return true;
  }

  /** Takes the pod over: it has a start time and its containers are being created. */
  private accept(pod: Pod, { hostIP }: PodHost): void {
    const now = this.cluster.clock.now();
    const waiting = pod.spec.containers.map((container) => waitingStatus(container, 'ContainerCreating'));
    const placed: Pod = {
      ...pod,
      status: { ...pod.status, hostIP, hostIPs: [{ ip: hostIP }], startTime: timestamp(now) },
    };
    replaceStatus(this.cluster, pods, pod, podStatus(placed, waiting, now));
  }

  /** Plans the next step of the pod, unless one is planned. */
  private advance(pod: Pod): void {
    if (this.steps.has(pod.metadata.uid)) return;
    const [next] = pod.spec.containers
      .flatMap((container) => this.nextOf(pod, container))
      .sort((a, b) => a.at - b.at);
    if (!next) return;
    const timer = this.cluster.timers.at(next.at, () => {
      this.steps.delete(pod.metadata.uid);
      const now = this.cluster.store.get(pods, pod.metadata.namespace ?? '', pod.metadata.name);
      if (now?.metadata.uid === pod.metadata.uid && !now.metadata.deletionTimestamp) next.run(now);
    });
    this.steps.set(pod.metadata.uid, timer);
  }

  private nextOf(pod: Pod, container: Container): { readonly at: number; run(pod: Pod): void }[] {
    const status = pod.status.containerStatuses?.find(({ name }) => name === container.name);
    const { missing, exit } = containerBehavior(container, pod.spec.restartPolicy);
    if (!status) return [];
    const { waiting, running } = status.state;
    if (waiting?.reason === 'ContainerCreating') {
      const run = (now: Pod) => (missing ? this.failPull(now, container) : this.begin(now, container));
      return [{ at: this.after(pod.status.startTime, this.pullTime(pod)), run }];
    }
    if (waiting?.reason === 'CrashLoopBackOff') {
      const at = this.after(status.lastState.terminated?.finishedAt, backOff(status.restartCount));
      return [{ at, run: (now) => this.run(now, container) }];
    }
    if (!running || !exit) return [];
    return [
      { at: this.after(running.startedAt, exit.seconds), run: (now) => this.end(now, container, exit.code) },
    ];
  }

  /** Simulated seconds until the pod's images are there. */
  private pullTime(pod: Pod): number {
    const least = PULL_LEAST + (this.homeOf(pod)?.boot ?? 0);
    return least * (1 + (hash32(pod.metadata.uid) % 1000) / 1000);
  }

  /** The time simulated seconds after a timestamp. */
  private after(since: string | undefined, seconds: number): number {
    return Date.parse(since ?? '') + this.cluster.scaled(seconds);
  }

  /** Starts a container for the first time, when the volumes of its pod are there. */
  private begin(pod: Pod, container: Container): void {
    const problem = mountProblem(this.cluster, pod);
    if (!problem) return this.run(pod, container);
    this.report(pod, container, problem.reason, problem.message);
    this.tryAgain(pod);
  }

  private run(pod: Pod, container: Container): void {
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

  private keepAddress({ spec }: Pod, address: string): void {
    const { vpcAddresses } = this.cluster;
    if (vpcAddresses) vpcAddresses.keep(spec.nodeName ?? '', address);
    else this.addresses.reserve(address);
  }

  private takeAddress(pod: Pod): string | undefined {
    const { vpcAddresses } = this.cluster;
    if (vpcAddresses) return vpcAddresses.take(pod.spec.nodeName ?? '');
    return this.addresses.take(this.homeOf(pod)?.network ?? LAST_RESORT);
  }

  /** Without an address the pod waits; the kubelet tries again. */
  private failSandbox(pod: Pod, container: Container): void {
    const why = 'IP_NOT_AVAILABLE: no free address for the pod';
    const message = `Failed to create pod sandbox: plugin type="network" failed (add): ${why}`;
    this.report(pod, container, 'FailedCreatePodSandBox', message);
    this.tryAgain(pod);
  }

  private tryAgain(pod: Pod): void {
    const key = keyOf(pod);
    this.cluster.timers.after(this.cluster.scaled(FIRST_BACKOFF), () => this.queue.add(key));
  }

  private end(pod: Pod, container: Container, code: number): void {
    const status = pod.status.containerStatuses?.find(({ name }) => name === container.name);
    if (!status) return;
    const ended = endedStatus(status, code, this.cluster.clock.now());
    const { restartPolicy } = pod.spec;
    if (restartPolicy === 'Never' || (restartPolicy === 'OnFailure' && code === 0))
      return this.setContainer(pod, ended, pod);
    this.setContainer(pod, backOffStatus(ended, pod, backOff(status.restartCount)), pod);
    const where = `${pod.metadata.name}_${pod.metadata.namespace ?? ''}(${pod.metadata.uid})`;
    this.report(
      pod,
      container,
      'BackOff',
      `Back-off restarting failed container ${container.name} in pod ${where}`,
    );
  }

  private failPull(pod: Pod, container: Container): void {
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
    const containers = (pod.status.containerStatuses ?? []).map((one) =>
      one.name === status.name ? status : one,
    );
    replaceStatus(this.cluster, pods, stored, podStatus(pod, containers, this.cluster.clock.now()));
  }

  /** Ends the pod's containers and lets it go. */
  private stop(pod: Pod): void {
    const { uid, namespace, name } = pod.metadata;
    this.steps.get(uid)?.cancel();
    // With no time left only a finalizer keeps it.
    if (this.steps.has(`stop ${uid}`) || pod.metadata.deletionGracePeriodSeconds === 0) return;
    for (const container of pod.spec.containers)
      this.report(pod, container, 'Killing', `Stopping container ${container.name}`);
    const timer = this.cluster.timers.after(this.cluster.scaled(STOP), () => {
      this.steps.delete(`stop ${uid}`);
      const now = this.cluster.store.get(pods, namespace ?? '', name);
      if (now?.metadata.uid === uid) removePod(this.cluster, now);
    });
    this.steps.set(`stop ${uid}`, timer);
  }

  private report(pod: Pod, container: Container, reason: string, message: string): void {
    this.cluster.events.record(pod, {
      type: WARNINGS.includes(reason) ? 'Warning' : 'Normal',
      reason,
      message,
      component: 'kubelet',
      host: pod.spec.nodeName,
      fieldPath: `spec.containers{${container.name}}`,
    });
  }
}

function backOff(restarts: number): number {
  return Math.min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** restarts);
}
