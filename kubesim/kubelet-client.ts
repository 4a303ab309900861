import type { Clock } from '../kernel/clock.js';
import type { VpcAddresses } from './cluster-port.js';
import type { InjectedFaults } from './injected-faults.js';
import type { ConfigMap, Node, Pod, PodStatus, Secret, Service, TokenFile } from './kubernetes/kinds/core.js';
import type { TimerScheduler } from './timers.js';

/** Content of an event, as in `kubectl describe`. */
export interface Occurrence {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** The component that reports it, e.g. `kubelet`. */
  readonly component: string;
  readonly host?: string;
  readonly fieldPath?: string;
  /** What the component did, of one that reports to events.k8s.io. */
  readonly action?: string;
}

/** Reason and message of the event if a kubelet cannot mount a volume. */
export interface MountProblem {
  readonly reason: 'FailedMount' | 'FailedAttachVolume';
  readonly message: string;
}

/** A change of an object; `previous` is undefined for a new object. */
export interface Changed<T> {
  readonly object: T;
  readonly previous: T | undefined;
  readonly deleted: boolean;
}

/** Keys to process, each once at a time. */
export interface KeyQueue {
  add(key: string): void;
}

/**
 * The API server of a cluster as its kubelets use it. Reads come from a cache that follows the API server; writes may
 * arrive later and are then seen as changes.
 */
export interface KubeletClient {
  readonly clock: Clock;
  readonly timers: TimerScheduler;
  readonly faults: InjectedFaults;
  /** Pod addresses from vSwitches; undefined if each node has a pod CIDR. */
  readonly vpcAddresses: VpcAddresses | undefined;
  /** Whether pods run on container instances instead of nodes. */
  readonly serverless: boolean;
  /** Converts simulated seconds to milliseconds of the clock by the speed of the simulation. */
  scaled(seconds: number): number;
  queue(work: (key: string) => void): KeyQueue;
  allPods(): Iterable<Pod>;
  pod(namespace: string, name: string): Pod | undefined;
  podByUid(uid: string): Pod | undefined;
  /** The node; undefined while its machine does not work, which the control plane notices later. */
  node(name: string): Node | undefined;
  /** When the machine of a node was switched off last, in milliseconds; undefined if it never was. */
  stoppedAt(nodeName: string): number | undefined;
  configMap(namespace: string, name: string): ConfigMap | undefined;
  secret(namespace: string, name: string): Secret | undefined;
  service(namespace: string, name: string): Service | undefined;
  /** A token of the pod's service account for a file; undefined if there is none, or it must be requested first. */
  serviceAccountToken(pod: Pod, file: TokenFile): string | undefined;
  /** Requests the tokens of the pod's volumes; resolves with whether they are there. Undefined if none has to be requested. */
  requestTokens(pod: Pod): Promise<boolean> | undefined;
  onPodChange(listener: (change: Changed<Pod>) => void): void;
  onNodeChange(listener: (change: Changed<Node>) => void): void;
  /** Calls `listener` with the name of a node whose machine stops or works again. */
  onMachineChange(listener: (nodeName: string) => void): void;
  /** Writes the status of a pod, unless the pod has changed since it was read. */
  setPodStatus(pod: Pod, status: PodStatus): void;
  /** Removes a pod whose containers have ended, unless a finalizer retains it. */
  removePod(pod: Pod): void;
  record(pod: Pod, occurrence: Occurrence): void;
  /** Why the volumes of the pod cannot be mounted yet; undefined if they can, or it has none. */
  mountProblem(pod: Pod): MountProblem | undefined;
}
