import type { Container, Node, Pod } from '../kinds/core.js';
import type { NodeNetwork, Usage } from './kubelet-api.js';
import type { KubeletClient } from '../../kubelet-client.js';
import type { InjectedFaults } from '../../injected-faults.js';
import type { Clock } from '../../../kernel/clock.js';
import type { Log } from '../../../kernel/log.js';
import type { Reviewed } from './review.js';
import type { QueueScheduler, WorkQueue } from './work-queue.js';
import type { ServiceAccountTokens } from '../../service-account-tokens.js';
import type { VpcAddresses } from '../../cluster-port.js';
import type { ClusterStore } from '../store/cluster-store.js';
import type { TimerScheduler } from '../../timers.js';
import type { GrantRegistry } from './cloud-resource-claims.js';
import type { EventRecorder } from './event-recorder.js';
import type { Machines } from './machines.js';
import type { QuotaUsage } from './quota-usage.js';
import type { ClusterResources } from './resources.js';

/** Dependencies of the controllers and the API of one simulated cluster. */
export interface ClusterContext {
  readonly id: string;
  readonly regionId: string;
  readonly store: ClusterStore;
  /** The kinds that the cluster serves. */
  readonly resources: ClusterResources;
  readonly clock: Clock;
  readonly timers: TimerScheduler;
  readonly turns: QueueScheduler;
  readonly log: Log;
  readonly events: EventRecorder;
  /** Zones of its container instances; undefined for a cluster whose pods run on nodes. */
  readonly serverlessZones: readonly string[] | undefined;
  /** CIDR of the Services. */
  readonly serviceCidr: string;
  /** Pod addresses from vSwitches; undefined if each node has a pod CIDR. */
  readonly vpcAddresses: VpcAddresses | undefined;
  /** Grants of load balancers and disks. */
  readonly grants: GrantRegistry;
  /** What objects use of the quotas of their namespaces. */
  readonly quotas: QuotaUsage;
  readonly faults: InjectedFaults;
  readonly machines: Machines;
  readonly tokens: ServiceAccountTokens;
  readonly kubelets: Kubelets;
  /** Its kubelets and pods, as the API server reaches them. */
  readonly network: NodeNetwork;
  /** Hosts outside of the simulation at which the operator allows webhooks: `host` or `host:port`. */
  readonly webhookHosts: ReadonlySet<string>;
  /** Version of the control plane, e.g. `1.32.1`. */
  version(): string;
  /** Maximum number of pods; undefined: unlimited. */
  maxPods(): number | undefined;
  /** Converts simulated seconds to milliseconds of the clock by the speed of the simulation. */
  scaled(seconds: number): number;
  /** Runs a controller's write that webhooks review; a promise if it waits for one. Throws ApiError. */
  review<T>(write: Reviewed<T>): T | Promise<T>;
  /** Creates a queue of keys, which closes with the cluster. */
  queue(name: string, work: (key: string) => void): WorkQueue;
  /** Calls `end` when the API server becomes unavailable; returns a function that unsubscribes. */
  onCutOff(end: () => void): () => void;
}

/** A controller: subscribes to changes and processes existing objects. */
export interface Controller {
  start(): void;
}

/** Interface of the kubelets for the control plane. */
export interface Kubelets {
  /** Runs the pods of the cluster's nodes. */
  run(client: KubeletClient): Controller & { readonly network: NodeNetwork };
  containerUsage(pod: Pod, container: Container, now: Date): Usage;
  nodeUsage(node: Node, pods: Iterable<Pod>, now: Date): Usage;
}
