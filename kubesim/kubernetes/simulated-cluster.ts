import type { Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import type { InstanceType } from '../catalog.js';
import type { VpcAddresses } from '../cloud/instance-network.js';
import type { InstanceRecord } from '../cloud/records.js';
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
import { kubelets } from '../kubelet/kubelet.js';
import type { Pod } from './kinds/core.js';
import { isNodeReady, nodes } from './kinds/nodes.js';
import { controllerOf } from './kinds/object.js';
import { isActive, pods } from './kinds/pods.js';
import { containerInstances } from './scheduler/container-instances.js';
import { scheduler } from './scheduler/scheduler.js';
import type { ClusterStore } from './store/cluster-store.js';
import type { TimerScheduler, Timers } from '../timers.js';
import { GrantRegistry, type Grants } from './cluster/cloud-claims.js';
import type { ClusterContext } from './cluster/context.js';
import { ControlPlaneProcesses, type ControlPlaneProcess } from './cluster/control-plane-processes.js';
import { destroy } from './cluster/delete.js';
import { evictionRefusal } from './cluster/disruption.js';
import { EventRecorder } from './cluster/event-recorder.js';
import {
  ensureInitialObjects,
  ensureSandboxRuntime,
  installDns,
  SANDBOX_LABEL,
} from './cluster/initial-objects.js';
import { InjectedFaults, type FaultStorage } from './cluster/injected-faults.js';
import { healthConditions, type NodeHealth } from './cluster/node-conditions.js';
import { nodeObject } from './cluster/node-object.js';
import { updateByController, create, replaceStatus } from './cluster/write.js';

export interface SimulatedClusterParts {
  readonly id: string;
  readonly regionId: string;
  readonly store: ClusterStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly turns: Turns;
  readonly log: Log;
  readonly caCertificate: string;
  readonly serverlessZones: readonly string[] | undefined;
  maxPods(): number | undefined;
  grants(): Grants | undefined;
  /** High-risk operations that were done to it. */
  readonly faults: FaultStorage;
  readonly serviceCidr: string | undefined;
  readonly vpcAddresses: VpcAddresses | undefined;
  /** How many times faster than real the simulation runs now. */
  speed(): number;
}

/** One Kubernetes cluster: its objects with the controllers, scheduler and kubelets that act on them. */
export class SimulatedCluster implements ClusterContext, Disposable {
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
  private readonly processes = new ControlPlaneProcesses();
  private readonly queues: WorkQueue[] = [];
  private readonly clients = new Set<() => void>();
  private open = true;

  constructor(private readonly parts: SimulatedClusterParts) {
    this.id = parts.id;
    this.regionId = parts.regionId;
    this.serverlessZones = parts.serverlessZones;
    this.serviceCidr = parts.serviceCidr ?? '172.21.0.0/20';
    this.vpcAddresses = parts.vpcAddresses;
    this.store = parts.store;
    this.clock = parts.clock;
    this.turns = parts.turns;
    const log = parts.log.child({ cluster: parts.id });
    this.log = log;
    this.timers = parts.timers.scope(
      () => this.open,
      (error) => log.error({ err: error }, 'a planned step failed'),
    );
    this.events = new EventRecorder(parts.store, parts.clock);
    this.grants = new GrantRegistry(() => parts.grants());
    this.faults = new InjectedFaults(parts.faults);
  }

  maxPods(): number | undefined {
    return this.parts.maxPods();
  }

  scaled(seconds: number): number {
    return (seconds * 1000) / this.parts.speed();
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
      namespaceController(this, this.parts.caCertificate),
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
      kubelets(this),
    ];
    for (const controller of controllers) controller.start();
  }

  /** Registers the node of an instance that has booted. Doing it twice changes nothing. */
  joinNode(instance: InstanceRecord, type: InstanceType): void {
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
  resizeNode(instance: InstanceRecord, type: InstanceType): void {
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
    const evicted = this.podsOn(name).filter((pod) => controllerOf(pod)?.kind !== 'DaemonSet');
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
  cutOff(): void {
    for (const end of [...this.clients]) end();
  }

  [Symbol.dispose](): void {
    this.open = false;
    for (const queue of this.queues) queue.close();
    this.store.close();
  }

  private podsOn(name: string): Pod[] {
    return [...this.store.all(pods)].filter(({ spec }) => spec.nodeName === name);
  }
}
