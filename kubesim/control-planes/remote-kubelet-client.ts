import type { Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import type { VpcAddresses } from '../cluster-port.js';
import type { InjectedFaults } from '../injected-faults.js';
import type { Changed, KeyQueue, KubeletClient, MountProblem, Occurrence } from '../kubelet-client.js';
import { mountProblem } from '../kubernetes/cluster/volume-mounts.js';
import { configMaps, secrets } from '../kubernetes/kinds/configuration.js';
import type {
  ConfigMap,
  Node,
  Pod,
  PodStatus,
  Secret,
  Service,
  TokenFile,
} from '../kubernetes/kinds/core.js';
import { nodes } from '../kubernetes/kinds/nodes.js';
import { pods } from '../kubernetes/kinds/pods.js';
import { services } from '../kubernetes/kinds/services.js';
import { keyOf } from '../kubernetes/store/cluster-store.js';
import type { TimerScheduler } from '../timers.js';
import type { ClusterCache } from './cluster-cache.js';
import { type ApiCall, type ClusterClient, MERGE_PATCH } from './cluster-client.js';
import type { NodeRegistry } from './node-registry.js';
import { pathOf } from './object-cache.js';
import { PodTokens } from './pod-tokens.js';
import type { RemoteEvents } from './remote-events.js';

export interface RemoteKubeletClientOptions {
  readonly client: ClusterClient;
  readonly cache: ClusterCache;
  readonly machines: NodeRegistry;
  readonly events: RemoteEvents;
  readonly clock: Clock;
  readonly timers: TimerScheduler;
  readonly faults: InjectedFaults;
  readonly vpcAddresses: VpcAddresses | undefined;
  readonly log: Log;
  scaled(seconds: number): number;
  queue(work: (key: string) => void): KeyQueue;
}

/** Milliseconds before a kubelet looks at a pod again whose write was not accepted. */
const RETRY_MS = 1_000;

/** The API server of a real control plane as the kubelets of its simulated machines use it. */
export class RemoteKubeletClient implements KubeletClient {
  readonly clock: Clock;
  readonly timers: TimerScheduler;
  readonly faults: InjectedFaults;
  readonly vpcAddresses: VpcAddresses | undefined;
  readonly serverless = false;
  private readonly queues: KeyQueue[] = [];
  private readonly tokens: PodTokens;

  constructor(private readonly options: RemoteKubeletClientOptions) {
    this.clock = options.clock;
    this.timers = options.timers;
    this.faults = options.faults;
    this.vpcAddresses = options.vpcAddresses;
    this.tokens = new PodTokens(options.client, options.log);
  }

  scaled(seconds: number): number {
    return this.options.scaled(seconds);
  }

  queue(work: (key: string) => void): KeyQueue {
    const queue = this.options.queue(work);
    this.queues.push(queue);
    return queue;
  }

  allPods(): Iterable<Pod> {
    return this.options.cache.all(pods);
  }

  pod(namespace: string, name: string): Pod | undefined {
    return this.options.cache.get(pods, namespace, name);
  }

  podByUid(uid: string): Pod | undefined {
    const object = this.options.cache.byUid(uid);
    return object?.kind === pods.kind ? (object as Pod) : undefined;
  }

  node(name: string): Node | undefined {
    return this.options.machines.isReady(name) ? this.options.cache.get(nodes, '', name) : undefined;
  }

  stoppedAt(name: string): number | undefined {
    return this.options.machines.stoppedAt(name);
  }

  serviceAccountToken(pod: Pod, file: TokenFile): string | undefined {
    return this.tokens.get(pod, file);
  }

  requestTokens(pod: Pod): Promise<boolean> | undefined {
    return this.tokens.request(pod);
  }

  configMap(namespace: string, name: string): ConfigMap | undefined {
    return this.options.cache.get(configMaps, namespace, name);
  }

  secret(namespace: string, name: string): Secret | undefined {
    return this.options.cache.get(secrets, namespace, name);
  }

  service(namespace: string, name: string): Service | undefined {
    return this.options.cache.get(services, namespace, name);
  }

  onPodChange(listener: (change: Changed<Pod>) => void): void {
    this.options.cache.onChange(pods, listener);
  }

  onNodeChange(listener: (change: Changed<Node>) => void): void {
    this.options.cache.onChange(nodes, listener);
  }

  onMachineChange(listener: (nodeName: string) => void): void {
    this.options.machines.onChange(listener);
  }

  setPodStatus(pod: Pod, status: PodStatus): void {
    const { uid, resourceVersion } = pod.metadata;
    // With the version that was read, so that a change in between is not overwritten: its event starts the next step.
    const body = { metadata: { uid, resourceVersion }, status };
    void this.write(pod, {
      method: 'PATCH',
      path: `${pathOf(pods, pod.metadata)}/status`,
      body,
      type: MERGE_PATCH,
    });
  }

  removePod(pod: Pod): void {
    const body = { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid } };
    void this.write(pod, { method: 'DELETE', path: pathOf(pods, pod.metadata), body });
  }

  record(pod: Pod, occurrence: Occurrence): void {
    this.options.events.record(pod, occurrence);
  }

  mountProblem(pod: Pod): MountProblem | undefined {
    return mountProblem({ store: this.options.cache, serverlessZones: undefined }, pod);
  }

  /** After a write that was not accepted, the kubelet looks at the pod again. */
  private async write(pod: Pod, call: ApiCall): Promise<void> {
    this.options.events.yieldToStatus();
    try {
      const { status, rejection } = await this.options.client.write(call);
      if (status < 300 || status === 404) return;
      if (status !== 409)
        this.options.log.warn(
          { status, path: call.path, rejection },
          'the API server rejected a write of a kubelet',
        );
    } catch (err) {
      this.options.log.debug({ err, path: call.path }, 'the API server did not take a write of a kubelet');
    }
    const key = keyOf(pod);
    this.timers.after(RETRY_MS, () => this.queues.forEach((queue) => queue.add(key)));
  }
}
