import type { Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import type { ClusterOptions, ControlPlaneProcess } from '../cluster-port.js';
import type { InjectedFaults } from '../injected-faults.js';
import type { KeyQueue } from '../kubelet-client.js';
import { kubelets } from '../kubelet/kubelet.js';
import type { GrantRegistry } from '../kubernetes/cluster/cloud-resource-claims.js';
import { loadBalancerController } from '../kubernetes/controllers/load-balancer.js';
import type { Pod, Service } from '../kubernetes/kinds/core.js';
import { nodes } from '../kubernetes/kinds/nodes.js';
import { controllerOf } from '../kubernetes/kinds/object.js';
import { hasEnded, pods } from '../kubernetes/kinds/pods.js';
import { services } from '../kubernetes/kinds/services.js';
import type { TimerScheduler } from '../timers.js';
import { ApiServerProxy } from './api-server-proxy.js';
import { ClusterCache } from './cluster-cache.js';
import { type ApiCall, type ClusterClient, MERGE_PATCH } from './cluster-client.js';
import { installBasics, installDns } from './cluster-setup.js';
import type { ControlPlane } from './control-plane.js';
import type { ControlPlanes } from './control-planes.js';
import { serveMetrics } from './metrics-server.js';
import type { NodeRegistry } from './node-registry.js';
import { openNodeTunnel } from './node-tunnel.js';
import { pathOf } from './object-cache.js';
import type { Pki } from './pki.js';
import { PodsByNode } from './pods-by-node.js';
import { RemoteEvents } from './remote-events.js';
import { RemoteKubeletClient } from './remote-kubelet-client.js';
import { provisionVolumes } from './volumes.js';

/** What a cluster has before its control plane runs. */
export interface ServingClusterOptions {
  readonly cluster: Pick<ClusterOptions, 'id' | 'version' | 'vpcAddresses'>;
  readonly serviceCidr: string;
  readonly pki: Pki;
  readonly controlPlanes: ControlPlanes;
  readonly machines: NodeRegistry;
  readonly faults: InjectedFaults;
  readonly grants: GrantRegistry;
  readonly clock: Clock;
  readonly timers: TimerScheduler;
  readonly log: Log;
  scaled(seconds: number): number;
  queue(name: string, work: (key: string) => void): KeyQueue;
}

const PARTS = [
  ['CONTROLLER_MANAGER', 'controllerManager'],
  ['SCHEDULER', 'scheduler'],
] as const;
/** Milliseconds until the status of a Service is written again that was not written. */
const STATUS_RETRY_MS = 1_000;
/** Milliseconds until a pod is evicted again whose budget did not allow it. */
const EVICTION_RETRY_MS = 1_000;

/** A running real control plane, and the kubelets and controllers of the cloud that work with it. */
export class ServingCluster implements AsyncDisposable {
  readonly plane: ControlPlane;
  readonly cache: ClusterCache;
  readonly events: RemoteEvents;
  readonly proxy: ApiServerProxy;
  private readonly podsByNode: PodsByNode;
  /** Version of the control plane. */
  private version: string;
  /** Uids of pods for which an eviction has been requested. */
  private readonly evicting = new Set<string>();
  /** The last change of the processes: changes follow each other. */
  private changing = Promise.resolve();
  private readonly closing = new AbortController();

  private constructor(
    private readonly options: ServingClusterOptions,
    { plane, cache, events, proxy }: Pick<ServingCluster, 'plane' | 'cache' | 'events' | 'proxy'>,
    private readonly running: AsyncDisposable,
  ) {
    this.version = options.cluster.version();
    this.podsByNode = new PodsByNode(cache);
    this.plane = plane;
    this.cache = cache;
    this.events = events;
    this.proxy = proxy;
  }

  /** Starts the control plane; resolves when it serves and its machines report to it. */
  static async open(options: ServingClusterOptions): Promise<ServingCluster> {
    await using started = new AsyncDisposableStack();
    const { cluster, serviceCidr, pki, controlPlanes, machines, clock, log } = options;
    const version = cluster.version();
    const plane = started.use(await controlPlanes.start({ id: cluster.id, version, pki, serviceCidr }));
    const { client } = plane;
    await installBasics(client, pki.cluster.cert);
    const cache = started.use(await ClusterCache.open(client, log));
    const events = started.use(new RemoteEvents(client, clock, log));
    const kubeletClient = new RemoteKubeletClient({
      ...options,
      vpcAddresses: cluster.vpcAddresses,
      queue: (work) => options.queue('kubelet', work),
      client,
      cache,
      events,
    });
    const running = kubelets(kubeletClient);
    started.use(
      await openNodeTunnel({
        folder: plane.folder,
        pki,
        isReady: (name) => machines.isReady(name),
        nodeAt: (address) => nodeAt(cache, address),
        network: running.network,
        podByAddress: (address) => podByAddress(cache, address),
        log,
        metrics: (request, response) => serveMetrics({ objects: cache, clock }, request, response),
      }),
    );
    const proxy = started.use(new ApiServerProxy(plane.server, pki, () => plane.isServing()));
    started.defer(() => machines.disconnect());
    machines.connect({ client, objects: cache });
    running.start();
    runLoadBalancers(options, { client, cache, events });
    provisionVolumes({ ...options, client, cache, events });
    return new ServingCluster(options, { plane, cache, events, proxy }, started.move());
  }

  /** Installs what a new cluster has and its administrators may remove. */
  async installInitialObjects(): Promise<void> {
    await installDns(this.plane.client, this.options.serviceCidr);
  }

  /**
   * Cordons a node and evicts its pods, except those of DaemonSets, as far as disruption budgets allow. Returns the number of
   * remaining pods.
   */
  drain(name: string): number {
    const node = this.cache.get(nodes, '', name);
    if (node && !node.spec.unschedulable)
      this.send({
        method: 'PATCH',
        path: pathOf(nodes, { name }),
        type: MERGE_PATCH,
        body: { spec: { unschedulable: true } },
      });
    const evicted = this.podsOn(name).filter((pod) => controllerOf(pod)?.kind !== 'DaemonSet');
    for (const pod of evicted) if (!pod.metadata.deletionTimestamp) this.evict(pod);
    return evicted.length;
  }

  podsOn(nodeName: string): Pod[] {
    return this.podsByNode.on(nodeName);
  }

  podsByUid(uids: readonly string[]): Pod[] {
    return uids.flatMap((uid) => podByUid(this.cache, uid) ?? []);
  }

  deletePods(uids: readonly string[]): void {
    for (const { metadata } of this.podsByUid(uids))
      if (!metadata.deletionTimestamp) this.send({ method: 'DELETE', path: pathOf(pods, metadata) });
  }

  /** Stops these processes of the control plane and starts the others. */
  stopProcesses(stopped: readonly ControlPlaneProcess[]): Promise<void> {
    return this.change(async () => {
      for (const [process, part] of PARTS)
        await (stopped.includes(process) ? this.plane.pause(part) : this.plane.resume(part));
    });
  }

  /**
   * Replaces the control plane by that of the version. Rejects with the reason, on its former version, when that fails or is
   * canceled.
   */
  runVersion(version: string, canceled: AbortSignal): Promise<void> {
    return this.change(async () => {
      const former = this.version;
      try {
        await this.changeVersion(version, AbortSignal.any([canceled, this.closing.signal]));
      } catch (error) {
        if (!this.closing.signal.aborted) await this.changeVersion(former, this.closing.signal);
        throw error;
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closing.abort();
    await this.changing.catch(() => undefined);
    await this.running[Symbol.asyncDispose]();
  }

  private change(work: () => Promise<void>): Promise<void> {
    // The reporter of an earlier change knows that it failed.
    this.changing = this.changing.catch(() => undefined).then(work);
    return this.changing;
  }

  private async changeVersion(version: string, signal: AbortSignal): Promise<void> {
    await this.plane.changeVersion(await this.options.controlPlanes.programs(version), signal);
    this.version = version;
  }

  private evict({ metadata }: Pod): void {
    const { uid, name, namespace } = metadata;
    if (this.evicting.has(uid)) return;
    this.evicting.add(uid);
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
    this.send({ method: 'POST', path: `${pathOf(pods, metadata)}/eviction`, body });
    this.options.timers.after(EVICTION_RETRY_MS, () => this.evicting.delete(uid));
  }

  /** The cloud repeats a step whose request failed. */
  private send(call: ApiCall): void {
    this.plane.client
      .call(call)
      .catch((err: unknown) =>
        this.options.log.debug({ err, path: call.path }, 'a request of the cloud failed'),
      );
  }
}

/** The name of the node with an internal address. */
function nodeAt(cache: ClusterCache, address: string): string | undefined {
  for (const { metadata, status } of cache.all(nodes))
    if (status.addresses?.some((each) => each.type === 'InternalIP' && each.address === address))
      return metadata.name;
  return undefined;
}

/** The pod with an address that is not that of its node. */
function podByAddress(cache: ClusterCache, address: string): Pod | undefined {
  for (const pod of cache.all(pods))
    if (pod.status.podIP === address && !pod.spec.hostNetwork && !hasEnded(pod)) return pod;
  return undefined;
}

function podByUid(cache: ClusterCache, uid: string): Pod | undefined {
  const object = cache.byUid(uid);
  return object?.kind === pods.kind ? (object as Pod) : undefined;
}

function runLoadBalancers(
  { faults, grants, timers, clock, scaled, queue }: ServingClusterOptions,
  {
    client,
    cache,
    events,
  }: { readonly client: ClusterClient; readonly cache: ClusterCache; readonly events: RemoteEvents },
): void {
  /** Statuses that are being written, by the uid of the Service. */
  const statuses = new Map<string, Service['status']>();
  loadBalancerController({
    ...{ faults, grants, timers, clock, scaled, queue, events, objects: cache },
    onServiceChange: (listener) => cache.onChange(services, ({ object }) => listener(object)),
    setStatus,
  }).start();

  /** Repeated until the API server has answered, or the Service is gone or has another status. */
  function setStatus(service: Service, status: Service['status']): void {
    const { metadata } = service;
    const { uid, namespace = '', name } = metadata;
    statuses.set(uid, status);
    const again = () => {
      const isSame = cache.get(services, namespace, name)?.metadata.uid === uid;
      if (isSame && statuses.get(uid) === status) setStatus(service, status);
      else if (!isSame) statuses.delete(uid);
    };
    const path = `${pathOf(services, metadata)}/status`;
    client.call({ method: 'PATCH', path, type: MERGE_PATCH, body: { status } }).then(
      ({ status: code }) => {
        if (code >= 500 || code === 429) timers.after(STATUS_RETRY_MS, again);
        else if (statuses.get(uid) === status) statuses.delete(uid);
      },
      () => timers.after(STATUS_RETRY_MS, again),
    );
  }
}
