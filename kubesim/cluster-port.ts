import type { InstanceType } from './catalog.js';
import type { FaultStorage, InjectedFaults } from './injected-faults.js';

/** A taint of a node, as in the Kubernetes API. */
export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
  readonly timeAdded?: string;
}

/** The fields of an instance that its node shows. */
export interface NodeInstance {
  readonly id: string;
  readonly name: string;
  readonly nodePoolId: string | null;
  readonly zoneId: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** Version of the kubelet. */
  readonly version: string;
  readonly master: boolean;
  /** Number of the instance in the cluster; addresses are derived from it. */
  readonly index: number;
  readonly address?: string;
  readonly podCidr?: string;
  readonly maxPods?: number;
  readonly systemDisk?: { readonly sizeGiB?: number };
  readonly os?: { readonly name: string; readonly family: 'linux' | 'windows' };
}

export type NodeProblem = 'NetworkUnavailable' | 'HealthChecksFailing';

/** Health of a node. */
export interface NodeHealth {
  /** Whether the control plane reaches the kubelet. */
  readonly ready: boolean;
  /** When the machine was switched off last, in milliseconds: the containers that ran then have ended. */
  readonly stoppedAt?: number | undefined;
  /** Other problems of the node, each with the operation that caused it. */
  readonly problems: Readonly<Partial<Record<NodeProblem, string>>>;
}

/** A process of the control plane; its controllers stop with it. */
export type ControlPlaneProcess = 'CONTROLLER_MANAGER' | 'SCHEDULER';

/** The account's decisions on the cluster's claims, by the uid of the object. */
export interface Grants {
  readonly granted: readonly string[];
  /** Reason of each rejection. A granted object that is rejected later keeps its resource. */
  readonly refused: Readonly<Record<string, string>>;
}

/** A resource of the cloud that an object of the cluster claims. */
export interface CloudResourceClaim {
  /** The object's uid. */
  readonly id: string;
  /** A Service with REUSED_LOAD_BALANCER adds its nodes to the backends of an existing load balancer. */
  readonly kind: 'LOAD_BALANCER' | 'REUSED_LOAD_BALANCER' | 'DISK';
  readonly namespace: string;
  readonly name: string;
  /** Id of the reused load balancer; null: none. */
  readonly loadBalancerId: string | null;
  /** Number of backends of a load balancer; 0 for a disk. */
  readonly listeners: number;
  readonly backendServers: number;
}

/** The run of a pod on a container instance. */
export interface ContainerInstanceRun {
  readonly podUid: string;
  /** Resource requests of each container. */
  readonly containers: readonly { readonly resources?: unknown }[];
  /** RFC 3339. */
  readonly startedAt: string;
  /** RFC 3339; null while it runs. */
  readonly endedAt: string | null;
}

/** The addresses of pods in the vSwitches of a cluster. */
export interface VpcAddresses {
  /** Allocates an address for a pod on the node; undefined if its vSwitch has none. */
  take(nodeName: string): string | undefined;
  /** Records the existing address of a pod. */
  keep(nodeName: string, address: string): void;
  release(address: string): void;
}

/** Result of a volume fault: the affected pods, or why it cannot be injected. */
export type VolumeFaultResult =
  { readonly pods: readonly string[] } | { readonly problem: 'NO_SUCH_VOLUME' | 'NOT_MOUNTED' };

/** The only interface through which the simulated cloud calls the Kubernetes of a cluster. */
export interface ClusterPort extends Disposable {
  readonly faults: InjectedFaults;
  /** Whether the API server serves, as far as no fault stops it. */
  readonly isServing: boolean;
  /** Starts the API server unless it runs, and calls `run` when it serves. */
  whenServing(run: () => void): void;
  /** Starts the controllers. `fresh` installs the initial objects of a new cluster. */
  start(fresh: boolean): void;
  /**
   * Changes the version of the control plane, and calls `done` when it serves; with the reason of a failure, after which it runs its
   * former version. A later call ends an earlier one, whose `done` is not called.
   */
  runVersion(version: string, done: (failure?: string) => void): void;
  /** Stops the named processes of the control plane and starts the others. */
  stopProcesses(stopped: readonly ControlPlaneProcess[]): void;
  /** Closes all connections to the API server. */
  closeConnections(): void;
  /** Registers the node of an instance that has booted. Idempotent. */
  joinNode(instance: NodeInstance, type: InstanceType): void;
  /** Updates capacity and labels of a node after a change of the instance type. */
  resizeNode(instance: NodeInstance, type: InstanceType): void;
  setNodeHealth(name: string, health: NodeHealth): void;
  setKubeletVersion(name: string, version: string): void;
  /** Cordons a node and evicts its pods as far as disruption budgets allow; returns how many remain. */
  drain(name: string): number;
  removeNode(name: string): void;
  /** The uids of the pods on a node. */
  podsOn(nodeName: string): string[];
  /** The names of the nodes on which the pods run. */
  nodesOf(podUids: readonly string[]): ReadonlySet<string | undefined>;
  /** Deletes the pods, so that their controllers replace them. */
  deletePods(podUids: readonly string[]): void;
  /** Whether the Service (`namespace/name`) has a load balancer. */
  hasLoadBalancer(service: string): boolean;
  /** Injects a fault into the volume of a claim (`namespace/name`) for the pods that have mounted it. */
  injectVolumeFault(operation: string, claim: string, storage: 'DISK' | 'NAS'): VolumeFaultResult;
  claims(): CloudResourceClaim[];
  /** Notifies the cluster that the grants have changed. */
  grantsChanged(): void;
  /** Calls `listener` with each change of a pod on a container instance. */
  onContainerInstanceRun(listener: (run: ContainerInstanceRun) => void): void;
  /** The runs of all pods on container instances. */
  containerInstanceRuns(): ContainerInstanceRun[];
  /** Removes all objects from the database. */
  erase(): void;
}

/** Options that the cloud passes to the Kubernetes of a cluster. */
export interface ClusterOptions {
  readonly id: string;
  readonly regionId: string;
  /** Zones of container instances; undefined for a cluster whose pods run on nodes. */
  readonly serverlessZones: readonly string[] | undefined;
  readonly serviceCidr: string | undefined;
  readonly vpcAddresses: VpcAddresses | undefined;
  /** Injected faults. */
  readonly faults: FaultStorage;
  /** Whether it has a real control plane instead of a simulated one. */
  readonly hasRealControlPlane: boolean;
  /** Keys and certificates of a real control plane, stored with the cluster. */
  readonly certificates: { read(): unknown; write(certificates: unknown): void };
  /** Last used resourceVersion of a simulated control plane. */
  readonly revision: number;
  /** Version of the control plane, e.g. `1.32.1`. */
  version(): string;
  /** Maximum number of pods; undefined: no limit. */
  maxPods(): number | undefined;
  /** undefined: every claim is granted. */
  grants(): Grants | undefined;
  /** Speed of the simulation as a multiple of real time. */
  speed(): number;
}
