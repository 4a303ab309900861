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
import { daemonSetController } from './controllers/daemon-set.js';
import { deploymentController } from './controllers/deployment.js';
import { disruptionController } from './controllers/disruption.js';
import { endpointsController } from './controllers/endpoints.js';
import { garbageCollector } from './controllers/garbage-collector.js';
import { jobController } from './controllers/job.js';
import { loadBalancerController } from './controllers/load-balancer.js';
import { namespaceController } from './controllers/namespace.js';
import { nodeLifecycleController } from './controllers/node-lifecycle.js';
import { replicaSetController } from './controllers/replica-set.js';
import { statefulSetController } from './controllers/stateful-set.js';
import { volumeController } from './controllers/volume.js';
import { unitedDeploymentController } from './controllers/united-deployment.js';
import { WorkQueue, type Turns } from './cluster/work-queue.js';
import type { Pod } from './kinds/core.js';
import { isNodeReady, nodes } from './kinds/nodes.js';
import { controllerOf } from './kinds/object.js';
import { isActive, pods } from './kinds/pods.js';
import { services } from './kinds/services.js';
import { containerInstances } from './scheduler/container-instances.js';
import { scheduler } from './scheduler/scheduler.js';
import type { ClusterStore } from './store/cluster-store.js';
import type { TimerScheduler, Timers } from '../timers.js';
import { cloudResourceClaims, GrantRegistry } from './cluster/cloud-claims.js';
import type { ClusterContext, Kubelets } from './cluster/context.js';
import { containerInstanceRun } from './cluster/container-instance-runs.js';
import { ControlPlaneProcesses } from './cluster/control-plane-processes.js';
import { destroy } from './cluster/delete.js';
import { evictionRefusal } from './cluster/disruption.js';
import { EventRecorder } from './cluster/event-recorder.js';
import {
  ensureInitialObjects,
  ensureSandboxRuntime,
  installDns,
  SANDBOX_LABEL,
} from './cluster/initial-objects.js';
import { InjectedFaults } from '../injected-faults.js';
import { healthConditions } from './cluster/node-conditions.js';
import { injectVolumeFault } from './cluster/volume-faults.js';
import { nodeObject } from './cluster/node-object.js';
import { updateByController, create, replaceStatus } from './cluster/write.js';

/** What a simulated cluster needs besides the options of the cloud. */
export interface SimulatedClusterDependencies {
  readonly store: ClusterStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly turns: Turns;
  readonly log: Log;
  readonly caCertificate: string;
  readonly kubelets: Kubelets;
}

/** One Kubernetes cluster: its objects with the controllers, scheduler and kubelets that act on them. */
export class SimulatedCluster implements ClusterContext, ClusterPort {
  readonly id: string;
  readonly regionId: string;
  readonly serverlessZones: readonly string[] | undefined;
  readonly serviceCidr: string;
  readonly vpcAddresses: VpcAddresses | undefined;
  readonly store: ClusterStore;
  readonly clock: Clock;
  readonly timers: TimerScheduler;
  readonly turns: Turns;
  readonly log: Log;
  readonly events: EventRecorder;
  readonly grants: GrantRegistry;
  readonly faults: InjectedFaults;
  readonly kubelets: Kubelets;
  private readonly processes = new ControlPlaneProcesses();
  private readonly queues: WorkQueue[] = [];
  private readonly clients = new Set<() => void>();
  private open = true;

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
    this.kubelets = dependencies.kubelets;
    this.clock = dependencies.clock;
    this.turns = dependencies.turns;
    const log = dependencies.log.child({ cluster: options.id });
    this.log = log;
    this.timers = dependencies.timers.scope(
      () => this.open,
      (error) => log.error({ err: error }, 'a planned step failed'),
    );
    this.events = new EventRecorder(dependencies.store, dependencies.clock);
    this.grants = new GrantRegistry(() => options.grants());
    this.faults = new InjectedFaults(options.faults);
  }

  maxPods(): number | undefined {
    return this.options.maxPods();
  }

  scaled(seconds: number): number {
    return (seconds * 1000) / this.options.speed();
  }

  queue(name: string, work: (key: string) => void): WorkQueue {
    const { turns, timers, log } = this;
    const queue = new WorkQueue(name, work, {
      ...{ turns, timers, log },
      works: (one) => this.processes.works(one),
    });
    this.queues.push(queue);
    return queue;
  }

  /** Stops the processes of the control plane that are named, and lets the others work off what waits for them. */
  stopProcesses(stopped: readonly ControlPlaneProcess[]): void {
    if (this.processes.stop(stopped)) for (const queue of this.queues) queue.resume();
  }

  /** Starts the controllers on what the store holds. `fresh` installs what a new cluster comes with. */
  start(fresh: boolean): void {
    ensureInitialObjects(this);
    if (fresh) installDns(this);
    const controllers = [
      garbageCollector(this),
      namespaceController(this, this.dependencies.caCertificate),
      unitedDeploymentController(this),
      deploymentController(this),
      replicaSetController(this),
      statefulSetController(this),
      daemonSetController(this),
      jobController(this),
      disruptionController(this),
      endpointsController(this),
      loadBalancerController(this),
      volumeController(this),
      ...(this.serverlessZones
        ? [containerInstances(this, this.serverlessZones)]
        : [nodeLifecycleController(this), scheduler(this)]),
      this.kubelets.controller(this),
    ];
    for (const controller of controllers) controller.start();
  }

  /** Registers the node of an instance that has booted. Doing it twice changes nothing. */
  joinNode(instance: NodeInstance, type: InstanceType): void {
    if (instance.labels[SANDBOX_LABEL]) ensureSandboxRuntime(this);
    if (this.store.get(nodes, '', instance.name)) return;
    const node = create(
      this,
      nodes,
      nodeObject(instance, type, { regionId: this.regionId, now: this.clock.now() }),
    );
    const report = (reason: string, message: string, component: string) =>
      this.events.record(node, { type: 'Normal', reason, message, component, host: instance.name });
    report('Starting', 'Starting kubelet.', 'kubelet');
    report(
      'RegisteredNode',
      `Node ${instance.name} event: Registered Node ${instance.name} in Controller`,
      'node-controller',
    );
    report('NodeReady', `Node ${instance.name} status is now: NodeReady`, 'kubelet');
  }

  /** Lets the node of an instance say that it is another machine now. */
  resizeNode(instance: NodeInstance, type: InstanceType): void {
    const node = this.store.get(nodes, '', instance.name);
    if (!node) return;
    const { metadata, status } = nodeObject(instance, type, {
      regionId: this.regionId,
      now: this.clock.now(),
    });
    const { capacity, allocatable } = status;
    const labels = { ...node.metadata.labels, ...metadata.labels };
    updateByController(this, nodes, node, (object) => ({
      ...object,
      metadata: { ...object.metadata, labels },
    }));
    const amended = this.store.get(nodes, '', instance.name);
    if (amended) replaceStatus(this, nodes, amended, { ...amended.status, capacity, allocatable });
  }

  /** Makes a node's conditions what its health is; what is so already is left as it is. */
  setNodeHealth(name: string, health: NodeHealth): void {
    const node = this.store.get(nodes, '', name);
    if (!node) return;
    const conditions = healthConditions(node, health, this.clock.now());
    if (!conditions) return;
    replaceStatus(this, nodes, node, { ...node.status, conditions });
    if (isNodeReady(node) === health.ready) return;
    const reason = health.ready ? 'NodeReady' : 'NodeNotReady';
    this.events.record(node, {
      type: 'Normal',
      reason,
      message: `Node ${name} status is now: ${reason}`,
      component: 'node-controller',
    });
  }

  setKubeletVersion(name: string, version: string): void {
    const node = this.store.get(nodes, '', name);
    if (!node) return;
    replaceStatus(this, nodes, node, {
      ...node.status,
      nodeInfo: { ...node.status.nodeInfo, kubeletVersion: `v${version}` },
    });
  }

  /**
   * Cordons a node and evicts its pods, except those of DaemonSets, as far as disruption budgets allow. Returns how many
   * are still there.
   */
  drain(name: string): number {
    const node = this.store.get(nodes, '', name);
    if (node && !node.spec.unschedulable) {
      updateByController(this, nodes, node, (object) => ({
        ...object,
        spec: { ...object.spec, unschedulable: true },
      }));
    }
    const evicted = this.podObjectsOn(name).filter((pod) => controllerOf(pod)?.kind !== 'DaemonSet');
    for (const pod of evicted) if (isActive(pod) && !evictionRefusal(this, pod)) destroy(this, pods, pod);
    return evicted.filter((pod) => this.store.byUid(pod.metadata.uid)).length;
  }

  /** Removes the node of an instance that is gone. */
  removeNode(name: string): void {
    const node = this.store.get(nodes, '', name);
    if (node) this.store.remove(nodes, node);
  }

  /** Runs `end` when the API server stops answering; answers a function that takes that back. */
  onCutOff(end: () => void): () => void {
    this.clients.add(end);
    return () => this.clients.delete(end);
  }

  /** Ends every connection that is open to the API server. */
  closeConnections(): void {
    for (const end of [...this.clients]) end();
  }

  podsOn(nodeName: string): string[] {
    return this.podObjectsOn(nodeName).map(({ metadata }) => metadata.uid);
  }

  nodesOf(podUids: readonly string[]): ReadonlySet<string | undefined> {
    return new Set(this.podsByUid(podUids).map(({ spec }) => spec.nodeName));
  }

  deletePods(podUids: readonly string[]): void {
    for (const pod of this.podsByUid(podUids)) if (!pod.metadata.deletionTimestamp) destroy(this, pods, pod);
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
    for (const queue of this.queues) queue.close();
    this.store.close();
  }

  private podsByUid(uids: readonly string[]): Pod[] {
    return uids.flatMap((uid) => (this.store.byUid(uid) as Pod | undefined) ?? []);
  }

  private podObjectsOn(name: string): Pod[] {
    return [...this.store.all(pods)].filter(({ spec }) => spec.nodeName === name);
  }
}
