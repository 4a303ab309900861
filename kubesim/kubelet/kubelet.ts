import type { NodeNetwork } from '../kubernetes/cluster/kubelet-api.js';
import { hasNodeProblem } from '../kubernetes/cluster/node-conditions.js';
import type { Container, ContainerStatus, Pod } from '../kubernetes/kinds/core.js';
import { isNodeReady } from '../kubernetes/kinds/nodes.js';
import { timestamp } from '../kubernetes/kinds/object.js';
import { hasEnded, isReady } from '../kubernetes/kinds/pods.js';
import { sameJson } from '../../kernel/same-json.js';
import { hash32 } from '../random.js';
import { keyOf, splitKey } from '../kubernetes/store/cluster-store.js';
import type { Timer } from '../timers.js';
import { backOffSeconds, ContainerLifecycle, type ContainerStop, restarts } from './container-lifecycle.js';
import type { KeyQueue, KubeletClient } from '../kubelet-client.js';
import { waitingStatus } from './containers.js';
import { hostPortsOf, isTaken } from './host-ports.js';
import { instanceHost, nodeHost, type FindPodHost, type PodHost } from './pod-host.js';
import { activeContainers, containerStatus, podStatus, statusesOf } from './pod-status.js';
import { hasFailingProbes, isProbed, type ProbeFailure } from './probes.js';
import { isMissingImage } from './programs.js';
import { ContainerChanges } from './container-changes.js';
import { ContainerSessions } from './container-sessions.js';
import { KubeletServer } from './kubelet-server.js';
import { SimulatedContainers } from './simulated-containers.js';

/** Simulated seconds: pulling an image takes from MIN_PULL_SECONDS to twice that; a pod of which nothing runs ends after STOP_SECONDS. */
const MIN_PULL_SECONDS = 1;
const STOP_SECONDS = 1;
/** Least real time until a pod is rejected. */
const MIN_REJECTION_MS = 1_000;
/** Milliseconds of the clock; a pod whose containers start earlier than this after their creation reports only that they run. */
const MIN_REPORTED_MS = 10;
const PROBES = 'HealthChecksFailing';

/** A step of a pod at a time of the clock. */
interface PodStep {
  readonly at: number;
  run(pod: Pod): void;
}

/** A pod whose containers are being stopped. */
interface PodStop {
  /** Its grace period in seconds. */
  readonly grace: number;
  /** The containers that have ended so far. */
  readonly ended: readonly Container[];
  /** The end of the next ones; undefined after the last. */
  readonly timer: Timer | undefined;
}

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
  /** Seconds of the last failure of a probe that was reported, by pod, then by container and restart. */
  private readonly failures = new Map<string, Map<string, number>>();
  /** The pods whose containers are being stopped. */
  private readonly stops = new Map<string, PodStop>();
  private readonly queue: KeyQueue;
  private readonly containers: ContainerLifecycle;
  private readonly simulated: SimulatedContainers;
  private readonly changes = new ContainerChanges();
  private readonly sessions = new ContainerSessions();
  /** The ports of the kubelets and pods. */
  readonly network: NodeNetwork;

  constructor(
    private readonly cluster: KubeletClient,
    private readonly hostOf: FindPodHost,
  ) {
    this.queue = cluster.queue((key) => this.sync(key));
    this.simulated = new SimulatedContainers(cluster, this.changes);
    const requeue = (key: string) => this.queue.add(key);
    const { simulated, changes, sessions } = this;
    this.containers = new ContainerLifecycle(cluster, hostOf, { simulated, changes, requeue });
    this.network = new KubeletServer({ client: cluster, simulated, changes, sessions });
    changes.onChange(({ podUid, name }) => this.reconsider(podUid, name));
  }

  start(): void {
    const { cluster } = this;
    for (const pod of cluster.allPods()) {
      if (pod.status.podIP) this.containers.keepAddress(pod, pod.status.podIP);
      this.enqueue(pod);
    }
    cluster.onPodChange(({ object, deleted }) => {
      this.sessions.podChanged(object, deleted);
      if (deleted) this.remove(object);
      else this.enqueue(object);
    });
    this.resumeAbnormal();
    cluster.faults.onChange(() => this.resumeAbnormal());
    cluster.onMachineChange((nodeName) => {
      if (cluster.node(nodeName)) this.resume(nodeName);
      else this.endSessions(nodeName);
    });
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

  /** Ends the streams to the pods of a machine that has stopped. */
  private endSessions(nodeName: string): void {
    for (const key of this.podsOf.get(nodeName) ?? []) {
      const pod = this.cluster.pod(...splitKey(key));
      if (pod) this.sessions.end(pod);
    }
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

  /** Plans the next step of a pod again after a client has changed something in a container. */
  private reconsider(podUid: string, name: string): void {
    const pod = this.cluster.podByUid(podUid);
    const container = pod && activeContainers(pod).find((each) => each.name === name);
    if (!container) return;
    this.simulated.reconsider(container);
    this.replan(pod);
    this.queue.add(keyOf(pod));
  }

  private remove(pod: Pod): void {
    this.changes.forget(pod.metadata.uid);
    this.failures.delete(pod.metadata.uid);
    this.stops.get(pod.metadata.uid)?.timer?.cancel();
    this.stops.delete(pod.metadata.uid);
    this.cluster.faults.releasePods([pod.metadata.uid]);
    this.steps.get(pod.metadata.uid)?.cancel();
    this.steps.delete(pod.metadata.uid);
    const { nodeName } = pod.spec;
    if (!nodeName) return;
    this.containers.forget(pod);
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
    if (!pod.status.containerStatuses) return this.admit(pod, host);
    if (this.endLost(pod)) return;
    // One time for both: what a probe decides in between would be in neither.
    const now = this.cluster.clock.now();
    if (this.probe(pod, now)) return;
    this.advance(pod, now);
  }

  /** Ends the containers that ran when the machine of a pod was switched off; returns whether there are any. */
  private endLost(pod: Pod): boolean {
    const stoppedAt = this.cluster.stoppedAt(pod.spec.nodeName ?? '');
    if (stoppedAt === undefined || !this.containers.endLost(pod, stoppedAt)) return false;
    this.replan(pod);
    return true;
  }

  /** Forgets the next step of a pod, which depended on what has changed. */
  private replan(pod: Pod): void {
    this.steps.get(pod.metadata.uid)?.cancel();
    this.steps.delete(pod.metadata.uid);
  }

  /** Updates the readiness of the pod by its probes; returns whether it changed. */
  private probe(pod: Pod, now: Date): boolean {
    const statuses = statusesOf(pod);
    if (!statuses) return false;
    const failing = hasFailingProbes(this.cluster, pod);
    const update = (status: ContainerStatus) => this.probed(pod, status, { failing, now });
    const next = { containers: statuses.containers.map(update), init: statuses.init?.map(update) };
    // While the node was unreachable, the control plane has set the pod to not ready.
    const outdated = next.containers.every(({ ready }) => ready) && !isReady(pod);
    if (!outdated && sameJson(next, statuses)) return false;
    this.cluster.setPodStatus(pod, podStatus(pod, next, now));
    return true;
  }

  /** The status of a container with what its probes decide now. */
  private probed(
    pod: Pod,
    status: ContainerStatus,
    { failing, now }: { readonly failing: boolean; readonly now: Date },
  ): ContainerStatus {
    const container = activeContainers(pod).find(({ name }) => name === status.name);
    const { running } = status.state;
    if (!container || !running) return status;
    const seconds = this.secondsSince(running.startedAt, now);
    const { ready, started } = this.simulated.stateAt(this.simulated.forecast(pod, container), seconds);
    const next = { ...status, started, ready: ready && !(failing && isProbed(container)) };
    if (status.ready && !next.ready && failing)
      this.containers.report(
        pod,
        container,
        'Unhealthy',
        'Readiness probe failed: context deadline exceeded',
      );
    return next;
  }

  private admit(pod: Pod, host: PodHost): void {
    if (this.steps.has(pod.metadata.uid)) return;
    if (this.lacksHostPort(pod)) this.reject(pod);
    else this.accept(pod, host);
  }

  /** Whether another pod of the node has a port that the pod needs. */
  private lacksHostPort(pod: Pod): boolean {
    const wanted = hostPortsOf(pod);
    if (wanted.length === 0) return false;
    const others = [...(this.podsOf.get(pod.spec.nodeName ?? '') ?? [])].flatMap(
      (key) => this.cluster.pod(...splitKey(key)) ?? [],
    );
    const taken = others
      .filter((other) => other.status.containerStatuses && !hasEnded(other))
      .flatMap(hostPortsOf);
    return wanted.some((port) => isTaken(port, taken));
  }

  /** Fails a pod that the node cannot run; not at once, since its controller may create the next one at once. */
  private reject({ metadata: { uid, namespace = '', name } }: Pod): void {
    const timer = this.cluster.timers.after(MIN_REJECTION_MS, () => {
      this.steps.delete(uid);
      const now = this.cluster.pod(namespace, name);
      if (now?.metadata.uid !== uid || now.metadata.deletionTimestamp) return;
      if (!this.lacksHostPort(now)) return this.queue.add(keyOf(now));
      const reason = 'NodePorts';
      const message = `Predicate ${reason} failed: node(s) didn't have free ports for the requested pod ports`;
      const startTime = timestamp(this.cluster.clock.now());
      const rejected = { phase: 'Failed', reason, message: `Pod was rejected: ${message}`, startTime };
      this.cluster.setPodStatus(now, { ...now.status, ...rejected });
      const event = { type: 'Warning', reason, message, component: 'kubelet' } as const;
      this.cluster.record(now, { ...event, host: now.spec.nodeName });
    });
    this.steps.set(uid, timer);
  }

  /** Accepts the pod: sets its start time and starts to create its containers. */
  private accept(pod: Pod, { hostIP }: PodHost): void {
    const now = this.cluster.clock.now();
    const { initContainers, containers } = pod.spec;
    const reason = initContainers?.length ? 'PodInitializing' : 'ContainerCreating';
    const waiting = (container: Container) => waitingStatus(container, reason);
    const placed: Pod = {
      ...pod,
      status: { ...pod.status, hostIP, hostIPs: [{ ip: hostIP }], startTime: timestamp(now) },
    };
    const statuses = { containers: containers.map(waiting), init: initContainers?.map(waiting) };
    const accepted: Pod = { ...pod, status: podStatus(placed, statuses, now) };
    const [first] = activeContainers(accepted);
    const pull = this.cluster.scaled(this.pullTime(pod));
    if (!first || pull >= MIN_REPORTED_MS || isMissingImage(first.image))
      return this.cluster.setPodStatus(pod, accepted.status);
    this.schedule(pod, now.getTime() + pull, (stored) => {
      // Another change of the pod starts again.
      if (stored.metadata.resourceVersion !== pod.metadata.resourceVersion) this.queue.add(keyOf(stored));
      else this.containers.start(accepted, first, stored);
    });
  }

  /** Schedules the next step of the pod, unless one is scheduled. */
  private advance(pod: Pod, now: Date): void {
    if (this.steps.has(pod.metadata.uid)) return;
    const [next] = [
      ...activeContainers(pod).flatMap((container) => this.nextOf(pod, container, now)),
      ...this.deadlineOf(pod),
    ].sort((a, b) => a.at - b.at);
    if (next) this.schedule(pod, next.at, (current) => next.run(current));
  }

  private schedule(pod: Pod, at: number, run: (now: Pod) => void): void {
    const { uid, namespace = '', name } = pod.metadata;
    const timer = this.cluster.timers.at(at, () => {
      this.steps.delete(uid);
      const now = this.cluster.pod(namespace, name);
      // A machine that has stopped does its steps when it works again.
      if (now?.metadata.uid === uid && !now.metadata.deletionTimestamp && this.hostOf(now)) run(now);
    });
    this.steps.set(uid, timer);
  }

  private nextOf(pod: Pod, container: Container, now: Date): PodStep[] {
    const status = containerStatus(pod, container.name);
    if (status?.state.waiting) return this.nextOfWaiting(pod, container, status);
    if (status?.state.running) return this.nextOfRunning(pod, { container, status }, now);
    const { terminated } = status?.state ?? {};
    if (!terminated || !restarts(pod, container, terminated.exitCode)) return [];
    return [{ at: now.getTime(), run: (current) => this.containers.run(current, container) }];
  }

  private nextOfRunning(
    pod: Pod,
    { container, status }: { readonly container: Container; readonly status: ContainerStatus },
    now: Date,
  ): PodStep[] {
    const { startedAt = '' } = status.state.running ?? {};
    const { end, probes } = this.simulated.forecast(pod, container);
    const at = (seconds: number) => this.after(startedAt, seconds);
    const { kill } = probes;
    const seconds = this.secondsSince(startedAt, now);
    const changes = [...probes.readiness.map((change) => change.at), probes.startedAt ?? 0];
    const change = Math.min(...changes.filter((time) => time > seconds));
    const steps: PodStep[] = this.nextFailure(pod, container, status);
    if (end)
      steps.push({ at: at(end.seconds), run: (current) => this.containers.end(current, container, end) });
    if (kill)
      steps.push({ at: at(kill.at), run: (current) => this.containers.kill(current, container, kill.probe) });
    if (Number.isFinite(change))
      steps.push({ at: at(change), run: (current) => this.queue.add(keyOf(current)) });
    return steps;
  }

  /** The next failure of a probe that is not reported yet; several at one time are one step. */
  private nextFailure(pod: Pod, container: Container, status: ContainerStatus): PodStep[] {
    const { failures } = this.simulated.forecast(pod, container).probes;
    const reported = this.failures.get(pod.metadata.uid)?.get(failuresKey(status)) ?? -1;
    const next = failures.find(({ at }) => at > reported);
    if (!next) return [];
    const together = failures.filter(({ at }) => at === next.at);
    const run = (current: Pod) => this.reportFailures(current, container, together);
    return [{ at: this.after(status.state.running?.startedAt, next.at), run }];
  }

  /** Reports the failures of probes at one time, once. */
  private reportFailures(pod: Pod, container: Container, failures: readonly ProbeFailure[]): void {
    const { uid } = pod.metadata;
    const status = containerStatus(pod, container.name);
    this.queue.add(keyOf(pod));
    if (!status?.state.running) return;
    const reported = this.failures.get(uid) ?? new Map<string, number>();
    for (const { at, probe, output } of failures) {
      this.failures.set(uid, reported.set(failuresKey(status), at));
      this.containers.report(pod, container, 'Unhealthy', `${probe} probe failed: ${output}`);
    }
  }

  private nextOfWaiting(pod: Pod, container: Container, status: ContainerStatus): PodStep[] {
    const start = (now: Pod) => this.containers.start(now, container);
    const missing = isMissingImage(container.image);
    switch (status.state.waiting?.reason) {
      case 'ContainerCreating':
      case 'PodInitializing': {
        const run = missing ? (now: Pod) => this.containers.failPull(now, container) : start;
        return [{ at: this.after(pod.status.startTime, this.pullTime(pod)), run }];
      }
      case 'ImagePullBackOff':
        return missing ? [] : [{ at: this.cluster.clock.now().getTime(), run: start }];
      case 'CreateContainerConfigError':
        return [{ at: this.cluster.clock.now().getTime() + this.containers.retryDelay, run: start }];
      case 'CrashLoopBackOff': {
        const since = status.lastState.terminated?.finishedAt;
        const run = (now: Pod) => this.containers.run(now, container);
        return [{ at: this.after(since, backOffSeconds(status.restartCount)), run }];
      }
      default:
        return [];
    }
  }

  /** The end of a pod that is still active at its deadline. */
  private deadlineOf({ spec, status }: Pod): PodStep[] {
    const { activeDeadlineSeconds } = spec;
    if (activeDeadlineSeconds === undefined) return [];
    const reason = 'DeadlineExceeded';
    const message = 'Pod was active on the node longer than the specified deadline';
    const run = (now: Pod) =>
      this.cluster.setPodStatus(now, { ...now.status, phase: 'Failed', reason, message });
    return [{ at: this.after(status.startTime, activeDeadlineSeconds), run }];
  }

  /** Simulated seconds from a timestamp to a time. */
  private secondsSince(since: string, now: Date): number {
    return (now.getTime() - Date.parse(since)) / this.cluster.scaled(1);
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

  /** Stops the pod's containers, and removes the pod when its status says that they have ended. */
  private stop(pod: Pod): void {
    const { uid } = pod.metadata;
    this.steps.get(uid)?.cancel();
    if (hasEnded(pod)) {
      // Without a grace period only a finalizer retains it.
      if (pod.metadata.deletionGracePeriodSeconds !== 0) this.cluster.removePod(pod);
      return;
    }
    const stop = this.stops.get(uid);
    // The status with the ends of all containers was not accepted.
    if (stop && !stop.timer) return this.endStopped(pod, stop.ended);
    this.beginStop(pod, stop);
  }

  /** Begins to stop the pod's containers, again if a client has shortened the grace period. */
  private beginStop(pod: Pod, stop: PodStop | undefined): void {
    const { deletionGracePeriodSeconds: grace = 0 } = pod.metadata;
    if (stop && stop.grace <= grace) return;
    stop?.timer?.cancel();
    const begun = stop ? [] : this.containers.beginStop(pod, grace);
    const nothing = { containers: activeContainers(pod), seconds: Math.min(STOP_SECONDS, grace) };
    this.endInOrder(pod, begun.length > 0 ? begun : [nothing], { grace, elapsed: 0, ended: [] });
  }

  /** Ends the containers of a pod at their times. */
  private endInOrder(
    pod: Pod,
    [next, ...later]: readonly ContainerStop[],
    { elapsed, ...stop }: Omit<PodStop, 'timer'> & { readonly elapsed: number },
  ): void {
    const { uid, namespace = '', name } = pod.metadata;
    if (!next) return void this.stops.set(uid, { ...stop, timer: undefined });
    const timer = this.cluster.timers.after(this.cluster.scaled(next.seconds - elapsed), () => {
      this.stops.delete(uid);
      const now = this.cluster.pod(namespace, name);
      // A machine that has stopped begins again when it works again.
      if (now?.metadata.uid !== uid || hasEnded(now) || !this.hostOf(now)) return;
      // The status with the ends of earlier ones may not have been accepted.
      const ended = [...stop.ended, ...next.containers];
      this.endInOrder(now, later, { grace: stop.grace, elapsed: next.seconds, ended });
      this.endStopped(now, ended);
    });
    this.stops.set(uid, { ...stop, timer });
  }

  /** Ends containers that have been stopped; with the last ones the pod ends. */
  private endStopped(pod: Pod, stopped: readonly Container[]): void {
    const names = new Set(stopped.map(({ name }) => name));
    const all = [...(pod.status.containerStatuses ?? []), ...(pod.status.initContainerStatuses ?? [])];
    if (all.every(({ name, state }) => !state.running || names.has(name))) this.containers.stop(pod);
    else this.containers.endBefore(pod, stopped);
  }
}

function failuresKey({ name, restartCount }: ContainerStatus): string {
  return `${name}/${restartCount}`;
}
