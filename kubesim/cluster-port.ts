import type { InstanceType } from './catalog.js';
import type { FaultStorage, InjectedFaults } from './injected-faults.js';

/** A taint of a node, as in the Kubernetes API. */
export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
  readonly timeAdded?: string;
}

/** An instance of the cloud as far as its node shows it. */
export interface NodeInstance {
  readonly id: string;
  readonly name: string;
  readonly nodePoolId: string | null;
  readonly zoneId: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** Version of its kubelet. */
  readonly version: string;
  readonly master: boolean;
  /** Numbers the cluster's instances; addresses follow from it. */
  readonly index: number;
  readonly address?: string;
  readonly podCidr?: string;
  readonly maxPods?: number;
  readonly systemDisk?: { readonly sizeGiB?: number };
  readonly os?: { readonly name: string; readonly family: 'linux' | 'windows' };
}

export type NodeProblem = 'NetworkUnavailable' | 'HealthChecksFailing';

/** Health of an instance's node. */
export interface NodeHealth {
  /** Whether the control plane reaches its kubelet. */
  readonly ready: boolean;
  /** Further problems of the node, and the operation that caused each. */
  readonly problems: Readonly<Partial<Record<NodeProblem, string>>>;
}

/** A process of the control plane; without it its controllers stop. */
export type ControlPlaneProcess = 'CONTROLLER_MANAGER' | 'SCHEDULER';

/** The account's answers to the cluster's claims; both by the object's uid. */
export interface Grants {
  readonly granted: readonly string[];
  /** The reason of each refusal. A granted object that is refused keeps what it has and gets no more. */
  readonly refused: Readonly<Record<string, string>>;
}

/** A resource of the cloud that an object of the cluster claims. */
export interface CloudResourceClaim {
  /** The object's uid. */
  readonly id: string;
  /** A Service that reuses a load balancer takes no new one, but adds the nodes to its backends. */
  readonly kind: 'LOAD_BALANCER' | 'REUSED_LOAD_BALANCER' | 'DISK';
  readonly namespace: string;
  readonly name: string;
  /** Id of the load balancer that is reused, as the Service names it; null: none. */
  readonly balancer: string | null;
  /** Of a load balancer; 0 of a disk. */
  readonly listeners: number;
  readonly servers: number;
}

/** The run of a pod on a container instance. */
export interface ContainerInstanceRun {
  readonly podUid: string;
  /** What each container requests. */
  readonly containers: readonly { readonly resources?: unknown }[];
  /** RFC 3339. */
  readonly startedAt: string;
  /** RFC 3339; null while it runs. */
  readonly endedAt: string | null;
}

/** The addresses of pods in the vSwitches of a cluster. */
export interface VpcAddresses {
  /** A free address for a pod on the node; undefined when its vSwitch has none. */
  take(nodeName: string): string | undefined;
  /** Records an address that a pod has from before. */
  keep(nodeName: string, address: string): void;
  release(address: string): void;
}

/** What a fault does to the volume of a claim: the affected pods, or why it cannot be injected. */
export type VolumeFaultResult =
  { readonly pods: readonly string[] } | { readonly problem: 'NO_SUCH_VOLUME' | 'NOT_MOUNTED' };

/** The cluster's side: how the simulated cloud reaches the Kubernetes of a cluster, and the only way in which it does. */
export interface ClusterPort extends Disposable {
  readonly faults: InjectedFaults;
  /** Starts the controllers. `fresh` installs the initial objects of a new cluster. */
  start(fresh: boolean): void;
  /** Stops the named processes of the control plane and starts the others. */
  stopProcesses(stopped: readonly ControlPlaneProcess[]): void;
  /** Closes every connection that is open to the API server. */
  closeConnections(): void;
  /** Registers the node of an instance that has booted. Idempotent. */
  joinNode(instance: NodeInstance, type: InstanceType): void;
  /** Updates capacity and labels of a node whose instance type has changed. */
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
  /** Deletes the pods, so that their controllers create others. */
  deletePods(podUids: readonly string[]): void;
  /** Whether the Service (`namespace/name`) has a load balancer. */
  hasLoadBalancer(service: string): boolean;
  /** Makes the volume of a claim (`namespace/name`) fail for the pods that have mounted it. */
  injectVolumeFault(operation: string, claim: string, storage: 'DISK' | 'NAS'): VolumeFaultResult;
  claims(): CloudResourceClaim[];
  /** Tells the cluster that the account's answers have changed. */
  grantsChanged(): void;
  /** Calls `listener` with each change of a pod on a container instance. */
  onContainerInstanceRun(listener: (run: ContainerInstanceRun) => void): void;
  /** The pods that are on container instances now. */
  containerInstanceRuns(): ContainerInstanceRun[];
  /** Removes all objects from the database. */
  erase(): void;
}

/** The cloud's side: what the Kubernetes of a cluster knows of the cloud. */
export interface ClusterOptions {
  readonly id: string;
  readonly regionId: string;
  /** Zones of its container instances; undefined for a cluster whose pods run on nodes. */
  readonly serverlessZones: readonly string[] | undefined;
  readonly serviceCidr: string | undefined;
  readonly vpcAddresses: VpcAddresses | undefined;
  /** The faults that are injected into it. */
  readonly faults: FaultStorage;
  /** The last resourceVersion that it has given out. */
  readonly revision: number;
  /** The largest number of pods; undefined: no limit. */
  maxPods(): number | undefined;
  /** undefined: the account need not be asked. */
  grants(): Grants | undefined;
  /** How many times faster than real the simulation runs. */
  speed(): number;
}
