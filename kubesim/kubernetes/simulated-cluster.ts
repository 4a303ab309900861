import type { Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
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
  VpcAddresses,
} from '../cluster-port.js';
import { apiServiceAvailability } from './aggregation/availability.js';
import { apiServiceRegistration } from './controllers/api-services.js';
import { clusterRoleAggregationController } from './controllers/cluster-role-aggregation.js';
import { cronJobController } from './controllers/cron-job.js';
import { daemonSetController } from './controllers/daemon-set.js';
import { definitionController } from './controllers/custom-resource-definitions.js';
import { deploymentController } from './controllers/deployment.js';
import { disruptionController } from './controllers/disruption.js';
import { eventExpiry } from './controllers/event-expiry.js';
import { endpointsController } from './controllers/endpoints.js';
import { flowSchemaController } from './controllers/flow-schemas.js';
import { garbageCollector } from './controllers/garbage-collector.js';
import { horizontalPodAutoscalerController } from './controllers/horizontal-pod-autoscaler.js';
import { jobController } from './controllers/job.js';
import { jobOrphanController } from './controllers/job-orphans.js';
import { loadBalancerController } from './controllers/load-balancer.js';
import { storedServices } from './controllers/stored-services.js';
import { namespaceController } from './controllers/namespace.js';
import { nodeLifecycleController } from './controllers/node-lifecycle.js';
import { replicaSetController, replicationController } from './controllers/replica-set.js';
import { resourceQuotaController } from './controllers/resource-quota.js';
import { tokenSecretController } from './controllers/token-secret.js';
import { statefulSetController } from './controllers/stateful-set.js';
import { volumeController } from './controllers/volume.js';
import { volumeProtectionController } from './controllers/volume-protection.js';
import { unitedDeploymentController } from './controllers/united-deployment.js';
import { WorkQueue, type QueueScheduler } from './cluster/work-queue.js';
import type { Pod } from './kinds/core.js';
import { nodes } from './kinds/nodes.js';
import { pods } from './kinds/pods.js';
import { services } from './kinds/services.js';
import { containerInstances } from './scheduler/container-instances.js';
import { scheduler } from './scheduler/scheduler.js';
import type { ClusterStore } from './store/cluster-store.js';
import type { ServiceAccountTokens } from '../service-account-tokens.js';
import type { TimerScheduler, Timers } from '../timers.js';
import { cloudResourceClaims, GrantRegistry } from './cluster/cloud-resource-claims.js';
import { ensureBootstrapPolicy } from './cluster/bootstrap-policy.js';
import type { ClusterContext, Controller, Kubelets } from './cluster/context.js';
import type { Reviewed } from './cluster/review.js';
import { runReviewed } from './webhooks/with-webhooks.js';
import type { NodeNetwork } from './cluster/kubelet-api.js';
import { containerInstanceRun } from './cluster/container-instance-runs.js';
import { ControlPlaneProcesses } from './cluster/control-plane-processes.js';
import { deleteObject } from './cluster/delete.js';
import { EventRecorder } from './cluster/event-recorder.js';
import { ensureInitialObjects, installDns, restoreInitialObjects } from './cluster/initial-objects.js';
import { ensureApiServices } from './cluster/local-api-services.js';
import { InjectedFaults } from '../injected-faults.js';
import { localKubeletClient } from './cluster/local-kubelet-client.js';
import { Machines } from './cluster/machines.js';
import { ClusterResources } from './cluster/resources.js';
import { QuotaUsage } from './cluster/quota-usage.js';
import { injectVolumeFault } from './cluster/volume-faults.js';
import {
  drainNode,
  joinNode,
  podsOfNode,
  resizeNode,
  setKubeletVersion,
  setNodeHealth,
} from './cluster/node-operations.js';
import { nodeReports } from './cluster/node-reports.js';

/** Dependencies of a simulated cluster besides the options of the cloud. */
export interface SimulatedClusterDependencies {
  readonly store: ClusterStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly turns: QueueScheduler;
  readonly log: Log;
  readonly caCertificate: string;
  readonly tokens: ServiceAccountTokens;
  readonly kubelets: Kubelets;
  /** Hosts at which the operator allows webhooks. */
  readonly webhookHosts: readonly string[];
}

/** A Kubernetes cluster: its objects and their controllers, scheduler and kubelets. */
export class SimulatedCluster implements ClusterContext, ClusterPort {
  readonly id: string;
  readonly regionId: string;
  readonly serverlessZones: readonly string[] | undefined;
  readonly serviceCidr: string;
  readonly vpcAddresses: VpcAddresses | undefined;
  readonly store: ClusterStore;
  readonly resources: ClusterResources;
  readonly clock: Clock;
  readonly timers: TimerScheduler;
  readonly turns: QueueScheduler;
  readonly log: Log;
  readonly events: EventRecorder;
  readonly grants: GrantRegistry;
  readonly quotas: QuotaUsage;
  readonly faults: InjectedFaults;
  readonly machines = new Machines(this);
  readonly tokens: ServiceAccountTokens;
  readonly kubelets: Kubelets;
  readonly network: NodeNetwork;
  readonly webhookHosts: ReadonlySet<string>;
  private readonly nodes: Controller;
  private readonly processes = new ControlPlaneProcesses();
  private readonly queues: WorkQueue[] = [];
  private readonly clients = new Set<() => void>();
  private open = true;
  private readonly closing = new AbortController();

  constructor(
    private readonly options: ClusterOptions,
    private readonly dependencies: SimulatedClusterDependencies,
  ) {
    this.id = options.id;
    this.regionId = options.regionId;
    this.serverlessZones = options.serverlessZones;
    this.serviceCidr = options.serviceCidr ?? '172.21.0.0/20';
    this.vpcAddresses = options.vpcAddresses;
    this.store = dependencies.store;
    this.resources = new ClusterResources(dependencies.store);
    this.kubelets = dependencies.kubelets;
    this.tokens = dependencies.tokens;
    this.clock = dependencies.clock;
    this.turns = dependencies.turns;
    const log = dependencies.log.child({ cluster: options.id });
    this.log = log;
    this.timers = dependencies.timers.scope(
      () => this.open,
      (error) => log.error({ err: error }, 'a scheduled step failed'),
    );
    this.events = new EventRecorder(dependencies.store, dependencies.clock);
    this.quotas = new QuotaUsage(dependencies.store);
    this.grants = new GrantRegistry(() => options.grants());
    this.faults = new InjectedFaults(options.faults);
    const running = this.kubelets.run(localKubeletClient(this));
    this.network = running.network;
    this.nodes = running;
    this.webhookHosts = new Set(dependencies.webhookHosts);
  }

  version(): string {
    return this.options.version();
  }

  maxPods(): number | undefined {
    return this.options.maxPods();
  }

  scaled(seconds: number): number {
    return (seconds * 1000) / this.options.speed();
  }

  review<T>(write: Reviewed<T>): T | Promise<T> {
    return runReviewed({ cluster: this, warn: () => undefined, signal: this.closing.signal }, write);
  }

  queue(name: string, work: (key: string) => void): WorkQueue {
    const { turns, timers, log } = this;
    const queue = new WorkQueue(name, work, {
      ...{ turns, timers, log },
      works: (component) => this.processes.works(component),
    });
    this.queues.push(queue);
    return queue;
  }

  /** Stops the named processes of the control plane; the others process their queues. */
  stopProcesses(stopped: readonly ControlPlaneProcess[]): void {
    if (this.processes.stop(stopped)) for (const queue of this.queues) queue.resume();
  }

  /** The API server of a simulated control plane serves from its first moment. */
  get isServing(): boolean {
    return true;
  }

  whenServing(run: () => void): void {
    run();
  }

  /** The version is that of the cloud's record. */
  runVersion(_version: string, done: () => void): void {
    done();
  }

  /** Starts the controllers on the stored objects. `fresh` installs the initial objects of a new cluster. */
  start(fresh: boolean): void {
    ensureInitialObjects(this);
    ensureBootstrapPolicy(this);
    ensureApiServices(this);
    restoreInitialObjects(this);
    if (fresh) installDns(this);
    const controllers = [
      clusterRoleAggregationController(this),
      resourceQuotaController(this),
      flowSchemaController(this),
      garbageCollector(this),
      eventExpiry(this),
      definitionController(this),
      apiServiceRegistration(this),
      apiServiceAvailability(this),
      namespaceController(this, this.dependencies.caCertificate),
      tokenSecretController(this, this.dependencies.caCertificate),
      unitedDeploymentController(this),
      deploymentController(this),
      replicaSetController(this),
      replicationController(this),
      statefulSetController(this),
      daemonSetController(this),
      jobController(this),
      jobOrphanController(this),
      cronJobController(this),
      horizontalPodAutoscalerController(this),
      disruptionController(this),
      endpointsController(this),
      loadBalancerController(storedServices(this)),
      volumeController(this),
      volumeProtectionController(this),
      ...(this.serverlessZones
        ? [containerInstances(this, this.serverlessZones)]
        : [nodeLifecycleController(this), nodeReports(this), scheduler(this)]),
      this.nodes,
    ];
    for (const controller of controllers) controller.start();
  }

  joinNode(instance: NodeInstance, type: InstanceType): void {
    joinNode(this, instance, type);
  }

  resizeNode(instance: NodeInstance, type: InstanceType): void {
    resizeNode(this, instance, type);
  }

  setNodeHealth(name: string, health: NodeHealth): void {
    setNodeHealth(this, name, health);
  }

  setKubeletVersion(name: string, version: string): void {
    setKubeletVersion(this, name, version);
  }

  drain(name: string): number {
    return drainNode(this, name);
  }

  /** Removes the node of a deleted instance. */
  removeNode(name: string): void {
    const node = this.store.get(nodes, '', name);
    this.machines.remove(name);
    if (node) this.store.remove(nodes, node);
  }

  /** Calls `end` when the API server becomes unavailable; returns a function that unsubscribes. */
  onCutOff(end: () => void): () => void {
    this.clients.add(end);
    return () => this.clients.delete(end);
  }

  /** Closes all connections to the API server. */
  closeConnections(): void {
    for (const end of [...this.clients]) end();
  }

  podsOn(nodeName: string): string[] {
    return podsOfNode(this, nodeName).map(({ metadata }) => metadata.uid);
  }

  nodesOf(podUids: readonly string[]): ReadonlySet<string | undefined> {
    return new Set(this.podsByUid(podUids).map(({ spec }) => spec.nodeName));
  }

  deletePods(podUids: readonly string[]): void {
    for (const pod of this.podsByUid(podUids))
      if (!pod.metadata.deletionTimestamp) deleteObject(this, pods, pod);
  }

  hasLoadBalancer(service: string): boolean {
    const [namespace = '', name = ''] = service.split('/');
    return this.store.get(services, namespace, name)?.spec.type === 'LoadBalancer';
  }

  injectVolumeFault(operation: string, claim: string, storage: 'DISK' | 'NAS'): VolumeFaultResult {
    return injectVolumeFault(this, { operation, claim, storage });
  }

  claims(): CloudResourceClaim[] {
    return cloudResourceClaims(this.store);
  }

  grantsChanged(): void {
    this.grants.changed();
  }

  onContainerInstanceRun(listener: (run: ContainerInstanceRun) => void): void {
    this.store.onChange(pods, ({ type, object }) => {
      const run = containerInstanceRun(this, object as Pod, type === 'DELETED');
      if (run) listener(run);
    });
  }

  containerInstanceRuns(): ContainerInstanceRun[] {
    return [...this.store.all(pods)].flatMap((pod) => containerInstanceRun(this, pod, false) ?? []);
  }

  erase(): void {
    this.store.erase();
  }

  [Symbol.dispose](): void {
    this.open = false;
    this.closing.abort();
    for (const queue of this.queues) queue.close();
    this.store.close();
  }

  private podsByUid(uids: readonly string[]): Pod[] {
    return uids.flatMap((uid) => (this.store.byUid(uid) as Pod | undefined) ?? []);
  }
}
