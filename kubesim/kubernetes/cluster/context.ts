import type { Container, Node, Pod } from '../kinds/core.js';
import type { LogLine, LogSource, Usage } from './kubelet-answers.js';
import type { InjectedFaults } from '../../injected-faults.js';
import type { Clock } from '../../../kernel/clock.js';
import type { Log } from '../../../kernel/log.js';
import type { Turns, WorkQueue } from './work-queue.js';
import type { VpcAddresses } from '../../cluster-port.js';
import type { ClusterStore } from '../store/cluster-store.js';
import type { TimerScheduler } from '../../timers.js';
import type { GrantRegistry } from './cloud-claims.js';
import type { EventRecorder } from './event-recorder.js';

/** What everything that runs inside one simulated cluster gets. */
export interface ClusterContext {
  readonly id: string;
  readonly regionId: string;
  readonly store: ClusterStore;
  readonly clock: Clock;
  readonly timers: TimerScheduler;
  readonly turns: Turns;
  readonly log: Log;
  readonly events: EventRecorder;
  /** Zones in which its container instances are; undefined for a cluster whose pods run on nodes. */
  readonly serverlessZones: readonly string[] | undefined;
  /** Addresses of its Services. */
  readonly serviceCidr: string;
  /** Where its pods get addresses from vSwitches; undefined where each node has a range for them. */
  readonly vpcAddresses: VpcAddresses | undefined;
  /** Which of its objects may have a load balancer or a disk. */
  readonly grants: GrantRegistry;
  readonly faults: InjectedFaults;
  readonly kubelets: Kubelets;
  /** Pods that the cluster has at the most; undefined: as many as it likes. */
  maxPods(): number | undefined;
  /** Simulated seconds as milliseconds of the clock: divided by the speed of the simulation. */
  scaled(seconds: number): number;
  /** A queue of keys, closed with the cluster. */
  queue(name: string, work: (key: string) => void): WorkQueue;
  /** Runs `end` when the API server stops answering; answers a function that takes that back. */
  onCutOff(end: () => void): () => void;
}

/** A controller: subscribes to changes and works off what is there already. */
export interface Controller {
  start(): void;
}

/** The kubelets of a cluster, as the control plane reaches them. */
export interface Kubelets {
  /** Runs the pods of the cluster's nodes. */
  controller(cluster: ClusterContext): Controller;
  /** The lines of a container that were written after `from` up to `to` (milliseconds since the epoch). */
  logLines(source: LogSource, from: number, to: number): LogLine[];
  containerUsage(pod: Pod, container: Container, now: Date): Usage;
  nodeUsage(node: Node, pods: Iterable<Pod>, now: Date): Usage;
}
