import type { Grants, Taint } from '../cluster-port.js';
import type { InjectedFault } from '../injected-faults.js';
import type { VSwitch } from '../ip-address-allocator.js';

/** A master that the caller knows by its id. */
interface MasterRecord {
  readonly id: string;
  readonly name: string;
  readonly instanceTypes: readonly string[];
}

/** A cluster as the simulated cloud keeps it. Times are milliseconds since the epoch. */
export interface ClusterRecord {
  readonly id: string;
  readonly account: string;
  readonly regionId: string;
  readonly zoneIds: readonly string[];
  readonly version: string;
  /** The version that an upgrade under way leads to. */
  readonly targetVersion?: string;
  readonly masters: number;
  /** The masters that the caller names; without them they are named here. */
  readonly masterNodes?: readonly MasterRecord[] | undefined;
  /** Pods run on container instances, without nodes. */
  readonly serverless?: boolean | undefined;
  /** Pods at the most. */
  readonly maxPods?: number | undefined;
  /** The owner's answers to what the cluster's objects ask for; undefined: it does not want to be asked. */
  readonly grants?: Grants | undefined;
  readonly edition?: 'STANDARD' | 'PRO' | undefined;
  /** The edition that a migration under way leads to. */
  readonly targetEdition?: 'STANDARD' | 'PRO' | undefined;
  /** How it is connected; clusters without it have addresses of no network in particular. */
  readonly network?: NetworkRecord | undefined;
  /** Processes of the control plane, where the cloud runs it. */
  readonly replicas?: readonly Replica[];
  /** Ids of replicas that a fault has stopped. */
  readonly downReplicas?: readonly string[];
  /** Times in which something of its control plane did not work, oldest first. */
  readonly incidents?: readonly IncidentRecord[];
  /** Active injected faults. */
  readonly faults?: readonly InjectedFault[];
  readonly state: 'CREATING' | 'RUNNING' | 'UPGRADING' | 'DELETING' | 'FAILED';
  readonly createdAt: number;
  /** When the state that is being worked on is reached. */
  readonly readyAt: number;
}

/** One process of a control plane and where it runs. */
export interface Replica {
  readonly id: string;
  readonly component: string;
  readonly zoneId: string;
}

/** A time in which something of a control plane did not work. Times are milliseconds since the epoch. */
export interface IncidentRecord {
  readonly id: string;
  /**
   * DEGRADED: replicas were down, the API answered. COMPONENT_DOWN: a component had no replica that worked, the API
   * answered.
   */
  readonly kind: 'DEGRADED' | 'COMPONENT_DOWN' | 'API_UNAVAILABLE';
  /** What was down when it began (human-readable). */
  readonly cause: string;
  readonly startedAt: number;
  readonly endedAt?: number;
}

/** How a cluster is connected. */
export interface NetworkRecord {
  readonly plugin: 'FLANNEL' | 'TERWAY';
  /** The VPC of its vSwitches. */
  readonly vpcId?: string | undefined;
  /** Addresses of pods, and the prefix length of a node's part; only with Flannel. */
  readonly podCidr?: string | undefined;
  readonly nodeCidrMask?: number | undefined;
  readonly serviceCidr: string;
  readonly vSwitches: readonly VSwitch[];
}

/** What a scaling group has done, newest first. */
export interface ScalingActivity {
  readonly at: number;
  readonly kind: 'SCALE_OUT' | 'SCALE_IN' | 'ATTACH' | 'CHANGE' | 'DELETE';
  readonly status: 'SUCCESSFUL' | 'PARTIAL' | 'FAILED';
  /** Instances that it was about. */
  readonly instances: number;
  readonly description: string;
}

/** The scaling group of a node pool; a deleted one stays as a mark until its cluster is gone. */
export interface ScalingGroupRecord {
  readonly id: string;
  readonly nodePoolId: string;
  readonly state: 'ACTIVE' | 'DELETED';
  readonly minSize: number;
  readonly maxSize: number;
  readonly desiredSize: number;
  readonly activities: readonly ScalingActivity[];
}

/** A machine of an account that belongs to no cluster. */
export interface DetachedInstanceRecord {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly regionId: string;
  readonly zoneId: string;
  readonly instanceType: string;
  readonly imageId: string;
  readonly chargeType: 'POSTPAID' | 'PREPAID' | 'SPOT';
  /** Of those that were asked for when it was made; one that is left out says nothing. */
  readonly vpcId?: string | undefined;
  /** STOPPED by its owner; RUNNING if omitted. */
  readonly state?: 'RUNNING' | 'STOPPED' | undefined;
  readonly systemDisk: SystemDisk;
  /** CREATED by hand, REMOVED from a cluster, or left by a FAILED_CREATION. */
  readonly origin: 'CREATED' | 'REMOVED' | 'FAILED_CREATION';
  /** The cluster that it came from. */
  readonly formerClusterId?: string;
  readonly createdAt: number;
}

export interface InstanceFailure {
  readonly code:
    | 'IP_NOT_AVAILABLE'
    | 'OUT_OF_STOCK'
    | 'INSTANCE_START_FAILED'
    | 'INSTANCE_TYPE_TOO_SMALL'
    | 'UNKNOWN_INSTANCE_TYPE'
    | 'INSTANCE_IN_USE'
    | 'INSTANCE_NOT_ATTACHABLE'
    | 'NOT_FOUND'
    | 'SCALING_GROUP_FULL'
    | 'SCALING_GROUP_MISSING'
    | 'UNKNOWN_ZONE';
  readonly message: string;
}

/** The disk that a machine starts from. */
export interface SystemDisk {
  readonly id: string;
  /** Names of files on it, so that it shows when they are lost. */
  readonly files: readonly string[];
  readonly category?: string;
  readonly sizeGiB?: number;
}

/** A further disk of a machine. */
interface DataDisk {
  readonly category: string;
  readonly sizeGiB: number;
  readonly mountTarget?: string | undefined;
}

/** A server of the simulated cloud: a node of a cluster, once it runs. */
export interface InstanceRecord {
  readonly id: string;
  readonly clusterId: string;
  readonly name: string;
  readonly nodePoolId: string | null;
  readonly state: 'STARTING' | 'RUNNING' | 'STOPPING' | 'FAILED';
  readonly instanceType: string | null;
  readonly zoneId: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly version: string;
  /** What it has of the cluster's network. */
  readonly vSwitchId?: string;
  /** Addresses of the vSwitch, where it is none of the cluster's own. */
  readonly vSwitchCidr?: string;
  readonly address?: string;
  readonly podCidr?: string;
  readonly maxPods?: number;
  /** Numbers the cluster's instances; addresses follow from it. */
  readonly index: number;
  readonly master: boolean;
  readonly createdAt: number;
  readonly readyAt: number;
  readonly failure?: InstanceFailure;
  /** The start fails at `readyAt`. */
  readonly doomed?: boolean;
  /** Pods are evicted before it stops. */
  readonly drain?: boolean;
  /** Switched off: the node's kubelet does not answer. */
  readonly off?: boolean;
  /** Cut off from the control plane; it runs on. */
  readonly offline?: boolean;
  /** A fault that survives a restart; a new system disk ends it. */
  readonly fault?: 'SYSTEM_DISK' | undefined;
  /** The cloud's id of the instance; derived from `id` if omitted. */
  readonly machineId?: string;
  /** It was a machine of the account before it joined. */
  readonly attached?: boolean;
  readonly chargeType?: 'POSTPAID' | 'PREPAID' | 'SPOT';
  readonly imageId?: string;
  /** The operating system that its node reports. */
  readonly os?: { readonly name: string; readonly family: 'linux' | 'windows' };
  readonly systemDisk?: SystemDisk;
  readonly dataDisks?: readonly DataDisk[];
  readonly userData?: string;
  /** Of a spot instance: what an hour may cost at the most. */
  readonly spotPriceLimit?: number;
  /** It starts again; its node exists. */
  readonly restarting?: boolean;
  /** False: the machine stays with the account when it has left the cluster. */
  readonly release?: boolean;
  /** It has run: if it leaves, that is no failed creation. */
  readonly ran?: boolean;
  /** Its start failed, and the machine was left to the account. */
  readonly orphaned?: boolean;
  /** A spot instance is taken back at this time. */
  readonly reclaimAt?: number;
}

/** A request that the cloud rejects; becomes `{ code, message }` with the HTTP status. */
export class CloudApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'CloudApiError';
  }
}
