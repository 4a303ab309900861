import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import { addressAt } from '../cidr.js';
import type { InstanceType } from '../catalog.js';
import type {
  CloudResourceClaim,
  ClusterOptions,
  ClusterPort,
  ContainerInstanceRun,
  ControlPlaneProcess,
  NodeHealth,
  NodeInstance,
  VolumeFaultResult,
} from '../cluster-port.js';
import { InjectedFaults } from '../injected-faults.js';
import { cloudResourceClaims, GrantRegistry } from '../kubernetes/cluster/cloud-resource-claims.js';
import { containerInstanceRun } from '../kubernetes/cluster/container-instance-runs.js';
import { injectVolumeFault } from '../kubernetes/cluster/volume-faults.js';
import { type QueueScheduler, WorkQueue } from '../kubernetes/cluster/work-queue.js';
import type { Pod } from '../kubernetes/kinds/core.js';
import { pods } from '../kubernetes/kinds/pods.js';
import { services } from '../kubernetes/kinds/services.js';
import type { TimerScheduler, Timers } from '../timers.js';
import type { ApiServerProxy } from './api-server-proxy.js';
import type { ControlPlanes } from './control-planes.js';
import { NodeRegistry } from './node-registry.js';
import { createPki, type Pki, pkiSchema } from './pki.js';
import { ServingCluster } from './serving-cluster.js';

/** Dependencies of a cluster with a real control plane besides the options of the cloud. */
export interface RealClusterDependencies {
  readonly controlPlanes: ControlPlanes;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly turns: QueueScheduler;
  readonly log: Log;
}

const DEFAULT_SERVICE_CIDR = '172.21.0.0/20';
/** Milliseconds before the start of a control plane that failed is tried again. */
const RETRY_MS = 5_000;

/**
 * Simulated machines with a real control plane.
 *
 * States: stopped → starting (repeated until it succeeds) → serving → closed. What the cloud reports before it serves is kept; what
 * it asks then has no objects yet.
 */
export class RealCluster implements ClusterPort {
  readonly faults: InjectedFaults;
  private readonly grants: GrantRegistry;
  private readonly machines: NodeRegistry;
  private readonly timers: TimerScheduler;
  private readonly log: Log;
  private readonly serviceCidr: string;
  private readonly queues: WorkQueue[] = [];
  private readonly waiting: (() => void)[] = [];
  private readonly runListeners: ((run: ContainerInstanceRun) => void)[] = [];
  private starting: Promise<void> | undefined;
  private serving: ServingCluster | undefined;
  private stopped: readonly ControlPlaneProcess[] = [];
  /** Ends the last change of the version. */
  private versionChange = new AbortController();
  private readonly closing = new AbortController();
  private erased = false;

  constructor(
    private readonly options: ClusterOptions,
    private readonly dependencies: RealClusterDependencies,
  ) {
    const { id, regionId, faults, serviceCidr = DEFAULT_SERVICE_CIDR } = options;
    this.log = dependencies.log.child({ cluster: id });
    this.faults = new InjectedFaults(faults);
    this.grants = new GrantRegistry(() => options.grants());
    this.machines = new NodeRegistry(regionId, dependencies.clock, this.log);
    this.serviceCidr = serviceCidr;
    this.timers = dependencies.timers.scope(
      () => !this.closing.signal.aborted,
      (err) => this.log.error({ err }, 'a scheduled step failed'),
    );
  }

  /** Forwards requests to the API server; undefined while it does not serve. */
  get proxy(): ApiServerProxy | undefined {
    return this.serving?.proxy;
  }

  get isServing(): boolean {
    return this.serving !== undefined;
  }

  whenServing(run: () => void): void {
    if (this.serving) return run();
    this.waiting.push(run);
    this.starting ??= this.keepStarting();
  }

  start(fresh: boolean): void {
    this.whenServing(() => {
      if (fresh)
        this.serving
          ?.installInitialObjects()
          .catch((err: unknown) => this.log.error({ err }, 'installing the DNS of a cluster failed'));
    });
  }

  runVersion(version: string, done: (failure?: string) => void): void {
    this.versionChange.abort(new Error('canceled'));
    const change = (this.versionChange = new AbortController());
    this.whenServing(() => {
      const changed = this.serving?.runVersion(version, change.signal).then(
        () => undefined,
        (err: unknown) => {
          this.log.warn({ err, version }, 'the version of a control plane was not changed');
          return err instanceof Error ? err.message : String(err);
        },
      );
      const reported = changed?.then((failure) => {
        if (!change.signal.aborted && !this.closing.signal.aborted) done(failure);
      });
      if (reported) this.dependencies.controlPlanes.finish(reported);
    });
  }

  stopProcesses(stopped: readonly ControlPlaneProcess[]): void {
    this.stopped = stopped;
    if (this.serving) this.dependencies.controlPlanes.finish(this.serving.stopProcesses(stopped));
  }

  closeConnections(): void {
    this.serving?.proxy.closeConnections();
  }

  joinNode(instance: NodeInstance, type: InstanceType): void {
    this.machines.join(instance, type);
  }

  resizeNode(instance: NodeInstance, type: InstanceType): void {
    this.machines.join(instance, type);
  }

  setNodeHealth(name: string, health: NodeHealth): void {
    this.machines.setHealth(name, health);
  }

  setKubeletVersion(name: string, version: string): void {
    this.machines.setVersion(name, version);
  }

  drain(name: string): number {
    // Unknown before it serves: not yet drained.
    return this.serving?.drain(name) ?? 1;
  }

  removeNode(name: string): void {
    this.machines.remove(name);
  }

  podsOn(nodeName: string): string[] {
    return this.serving?.podsOn(nodeName).map(({ metadata }) => metadata.uid) ?? [];
  }

  nodesOf(podUids: readonly string[]): ReadonlySet<string | undefined> {
    return new Set(this.serving?.podsByUid(podUids).map(({ spec }) => spec.nodeName));
  }

  deletePods(podUids: readonly string[]): void {
    this.serving?.deletePods(podUids);
  }

  hasLoadBalancer(service: string): boolean {
    const [namespace = '', name = ''] = service.split('/');
    return this.serving?.cache.get(services, namespace, name)?.spec.type === 'LoadBalancer';
  }

  injectVolumeFault(operation: string, claim: string, storage: 'DISK' | 'NAS'): VolumeFaultResult {
    if (!this.serving) return { problem: 'NO_SUCH_VOLUME' };
    const { cache, events } = this.serving;
    return injectVolumeFault(
      { store: cache, events, serverlessZones: undefined },
      { operation, claim, storage },
    );
  }

  claims(): CloudResourceClaim[] {
    return this.serving ? cloudResourceClaims(this.serving.cache) : [];
  }

  grantsChanged(): void {
    this.grants.changed();
  }

  onContainerInstanceRun(listener: (run: ContainerInstanceRun) => void): void {
    this.runListeners.push(listener);
  }

  containerInstanceRuns(): ContainerInstanceRun[] {
    const { serving } = this;
    if (!serving) return [];
    return [...serving.cache.all(pods)].flatMap((pod) => this.runOf(serving, pod, false) ?? []);
  }

  erase(): void {
    this.erased = true;
  }

  [Symbol.dispose](): void {
    if (this.closing.signal.aborted) return;
    this.closing.abort();
    for (const queue of this.queues) queue.close();
    this.dependencies.controlPlanes.finish(this.end());
  }

  /** Starts the control plane; a start that fails is repeated. */
  private async keepStarting(): Promise<void> {
    const { signal } = this.closing;
    for (let failures = 0; !this.serving && !signal.aborted; failures += 1) {
      try {
        this.serving = await ServingCluster.open(this.servingOptions(await this.pki()));
      } catch (err) {
        if (failures === 0) this.log.warn({ err }, 'a real control plane did not start; trying again');
        await setTimeout(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
    if (!this.serving || signal.aborted) return;
    this.stopProcesses(this.stopped);
    this.reportRuns(this.serving);
    for (const run of this.waiting.splice(0)) run();
  }

  private servingOptions(pki: Pki) {
    const { options, serviceCidr, machines, faults, grants, timers, log } = this;
    const { controlPlanes, clock } = this.dependencies;
    return {
      ...{ pki, serviceCidr, machines, faults, grants, timers, log, controlPlanes, clock, cluster: options },
      scaled: (seconds: number) => (seconds * 1000) / options.speed(),
      queue: (name: string, work: (key: string) => void) => this.queue(name, work),
    };
  }

  private queue(name: string, work: (key: string) => void): WorkQueue {
    const { timers, log } = this;
    const queue = new WorkQueue(name, work, { timers, log, turns: this.dependencies.turns });
    this.queues.push(queue);
    return queue;
  }

  /** The keys and certificates of the cluster, kept as long as it exists. */
  private async pki(): Promise<Pki> {
    const stored = pkiSchema.safeParse(this.options.certificates.read()).data;
    if (stored) return stored;
    const pki = await createPki(addressAt(this.serviceCidr, 1), this.dependencies.clock.now());
    this.options.certificates.write(pki);
    return pki;
  }

  private reportRuns(serving: ServingCluster): void {
    serving.cache.onChange(pods, ({ object, deleted }) => {
      const run = this.runOf(serving, object, deleted);
      if (run) for (const listener of this.runListeners) listener(run);
    });
  }

  private runOf({ cache }: ServingCluster, pod: Pod, isDeleted: boolean): ContainerInstanceRun | undefined {
    const cluster = { store: cache, clock: this.dependencies.clock, serverlessZones: undefined };
    return containerInstanceRun(cluster, pod, isDeleted);
  }

  /** Ends the processes; an erased cluster leaves nothing. */
  private async end(): Promise<void> {
    await this.starting;
    const { serving } = this;
    this.serving = undefined;
    await serving?.[Symbol.asyncDispose]();
    if (this.erased) await this.dependencies.controlPlanes.erase(this.options.id);
  }
}
