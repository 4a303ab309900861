import { hasNodeProblem } from '../kubernetes/cluster/node-conditions.js';
import { splitKey } from '../kubernetes/cluster/controlled-pods.js';
import type { Container, Pod } from '../kubernetes/kinds/core.js';
import { isNodeReady } from '../kubernetes/kinds/nodes.js';
import { timestamp } from '../kubernetes/kinds/object.js';
import { hasEnded } from '../kubernetes/kinds/pods.js';
import { hash32 } from '../random.js';
import { keyOf } from '../kubernetes/store/cluster-store.js';
import type { Timer } from '../timers.js';
import { backOffSeconds, ContainerLifecycle } from './container-lifecycle.js';
import type { KeyQueue, KubeletClient } from '../kubelet-client.js';
import { containerBehavior, podStatus, waitingStatus } from './containers.js';
import { instanceHost, nodeHost, type FindPodHost, type PodHost } from './pod-host.js';
import { probedStatuses } from './probes.js';

/** Simulated seconds: pulling an image takes from MIN_PULL_SECONDS to twice that; containers take STOP_SECONDS to end. */
const MIN_PULL_SECONDS = 1;
const STOP_SECONDS = 1;
const PROBES = 'HealthChecksFailing';

/**
 * The kubelets of all nodes of a cluster. They run the containers of each pod that is bound to a ready node in steps.
 * The next step is derived only from the stored status, so that the simulation can resume it.
 */
export function kubelets(cluster: KubeletClient): Kubelets {
  return new Kubelets(cluster, cluster.serverless ? instanceHost() : nodeHost(cluster));
}

export class Kubelets {
  private readonly steps = new Map<string, Timer>();
  /** Uids of the pods with abnormal volumes, including pods whose recovery was not processed yet. */
  private readonly abnormal = new Set<string>();
  private readonly podsOf = new Map<string, Set<string>>();
  private readonly queue: KeyQueue;
  private readonly containers: ContainerLifecycle;

  constructor(
    private readonly cluster: KubeletClient,
    private readonly hostOf: FindPodHost,
  ) {
    this.queue = cluster.queue((key) => this.sync(key));
    this.containers = new ContainerLifecycle(cluster, hostOf, (key) => this.queue.add(key));
  }

  start(): void {
    const { cluster } = this;
    for (const pod of cluster.allPods()) {
      if (pod.status.podIP) this.containers.keepAddress(pod, pod.status.podIP);
      this.enqueue(pod);
    }
    cluster.onPodChange(({ object, deleted }) => {
      if (deleted) this.remove(object);
      else this.enqueue(object);
    });
    this.resumeAbnormal();
    cluster.faults.onChange(() => this.resumeAbnormal());
    cluster.onNodeChange(({ object, previous }) => {
      const ready = isNodeReady(object);
      const failing = hasNodeProblem(object, PROBES);
      const woken = ready && !(previous && isNodeReady(previous));
      if (woken || (previous && hasNodeProblem(previous, PROBES) !== failing))
        this.resume(object.metadata.name);
    });
  }

  private enqueue(pod: Pod): void {
    const { nodeName } = pod.spec;
    if (!nodeName) return;
    const podKeys = this.podsOf.get(nodeName) ?? new Set();
    this.podsOf.set(nodeName, podKeys.add(keyOf(pod)));
    this.queue.add(keyOf(pod));
  }

  private resume(nodeName: string): void {
    for (const key of this.podsOf.get(nodeName) ?? []) this.queue.add(key);
  }

  /** Enqueues the pods whose readiness depends on the faults of their volumes. */
  private resumeAbnormal(): void {
    for (const uid of this.cluster.faults.all().flatMap((fault) => fault.pods ?? [])) this.abnormal.add(uid);
    for (const uid of this.abnormal) {
      const pod = this.cluster.podByUid(uid);
      if (pod) this.queue.add(keyOf(pod));
      if (!pod || this.cluster.faults.ofPod(uid).length === 0) this.abnormal.delete(uid);
    }
  }

  private remove(pod: Pod): void {
    this.cluster.faults.releasePods([pod.metadata.uid]);
    this.steps.get(pod.metadata.uid)?.cancel();
    this.steps.delete(pod.metadata.uid);
    const { nodeName } = pod.spec;
    if (!nodeName) return;
    this.containers.releaseAddress(pod);
    const podKeys = this.podsOf.get(nodeName);
    podKeys?.delete(keyOf(pod));
    if (podKeys?.size === 0) this.podsOf.delete(nodeName);
  }

  private sync(key: string): void {
    const pod = this.cluster.pod(...splitKey(key));
    const host = pod && this.hostOf(pod);
    if (!pod || !host) return;
    if (pod.metadata.deletionTimestamp) return this.stop(pod);
    if (hasEnded(pod)) return;
    if (!pod.status.containerStatuses) return this.accept(pod, host);
    if (this.probe(pod)) return;
    this.advance(pod);
  }

  /** Updates the readiness of the pod by its probes; returns whether it changed. */
  private probe(pod: Pod): boolean {
    const probed = probedStatuses(this.cluster, pod);
    if (!probed) return false;
    for (const container of pod.spec.containers) {
      const { ready } = probed.find(({ name }) => name === container.name) ?? {};
      const { ready: was } = pod.status.containerStatuses?.find(({ name }) => name === container.name) ?? {};
      if (was && !ready)
        this.containers.report(pod, container, 'Unhealthy', 'Health check failed: connection refused');
    }
    this.cluster.setPodStatus(pod, podStatus(pod, probed, this.cluster.clock.now()));
    return true;
  }

  /** Accepts the pod: sets its start time and starts to create its containers. */
  private accept(pod: Pod, { hostIP }: PodHost): void {
    const now = this.cluster.clock.now();
    const waiting = pod.spec.containers.map((container) => waitingStatus(container, 'ContainerCreating'));
    const placed: Pod = {
      ...pod,
      status: { ...pod.status, hostIP, hostIPs: [{ ip: hostIP }], startTime: timestamp(now) },
    };
    this.cluster.setPodStatus(pod, podStatus(placed, waiting, now));
  }

  /** Schedules the next step of the pod, unless one is scheduled. */
  private advance(pod: Pod): void {
    if (this.steps.has(pod.metadata.uid)) return;
    const [next] = pod.spec.containers
      .flatMap((container) => this.nextOf(pod, container))
      .sort((a, b) => a.at - b.at);
    if (!next) return;
    const timer = this.cluster.timers.at(next.at, () => {
      this.steps.delete(pod.metadata.uid);
      const now = this.cluster.pod(pod.metadata.namespace ?? '', pod.metadata.name);
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
      const run = (now: Pod) =>
        missing ? this.containers.failPull(now, container) : this.containers.start(now, container);
      return [{ at: this.after(pod.status.startTime, this.pullTime(pod)), run }];
    }
    if (waiting?.reason === 'CrashLoopBackOff') {
      const at = this.after(status.lastState.terminated?.finishedAt, backOffSeconds(status.restartCount));
      return [{ at, run: (now) => this.containers.run(now, container) }];
    }
    if (!running || !exit) return [];
    return [
      {
        at: this.after(running.startedAt, exit.seconds),
        run: (now) => this.containers.end(now, container, exit.code),
      },
    ];
  }

  /** Simulated seconds until the pod's images are pulled. */
  private pullTime(pod: Pod): number {
    const least = MIN_PULL_SECONDS + (this.hostOf(pod)?.boot ?? 0);
    return least * (1 + (hash32(pod.metadata.uid) % 1000) / 1000);
  }

  /** Time in simulated seconds after a timestamp. */
  private after(since: string | undefined, seconds: number): number {
    return Date.parse(since ?? '') + this.cluster.scaled(seconds);
  }

  /** Stops the pod's containers and removes the pod. */
  private stop(pod: Pod): void {
    const { uid, namespace, name } = pod.metadata;
    this.steps.get(uid)?.cancel();
    // Its containers have ended; only a finalizer retains it.
    if (this.steps.has(`stop ${uid}`) || pod.metadata.deletionGracePeriodSeconds === 0) return;
    for (const container of pod.spec.containers)
      this.containers.report(pod, container, 'Killing', `Stopping container ${container.name}`);
    const timer = this.cluster.timers.after(this.cluster.scaled(STOP_SECONDS), () => {
      this.steps.delete(`stop ${uid}`);
      const now = this.cluster.pod(namespace ?? '', name);
      if (now?.metadata.uid === uid) this.cluster.removePod(now);
    });
    this.steps.set(`stop ${uid}`, timer);
  }
}
