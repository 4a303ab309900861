import type { ChargeType } from './charge-type.js';
import type { Grants, Taint } from '../cluster-port.js';
import type { InjectedFault } from '../injected-faults.js';
import type { VSwitch } from '../ip-address-allocator.js';

/** A master with the client's id. */
interface MasterRecord {
  readonly id: string;
  readonly name: string;
  readonly instanceTypes: readonly string[];
}

/** Stored state of a cluster. Times are milliseconds since the epoch. */
export interface ClusterRecord {
  readonly id: string;
  readonly account: string;
  readonly regionId: string;
  readonly zoneIds: readonly string[];
  readonly version: string;
  /** Target version of a running upgrade. */
  readonly targetVersion?: string | undefined;
  /** Why the upgrade of a real control plane has failed. */
  readonly failure?: string | undefined;
  readonly masters: number;
  /** Masters with ids of the client; without them the cloud generates ids. */
  readonly masterNodes?: readonly MasterRecord[] | undefined;
  /** Serverless: pods run on container instances, without nodes. */
  readonly serverless?: boolean | undefined;
  /** Maximum number of pods. */
  readonly maxPods?: number | undefined;
  /** The account's decisions on cloud resource claims; undefined: every claim is granted. */
  readonly grants?: Grants | undefined;
  /** KUBERNETES: tokens that were issued to clients are rejected. Default PLATFORM. */
  readonly authenticationMode?: 'PLATFORM' | 'KUBERNETES' | undefined;
  readonly edition?: 'STANDARD' | 'PRO' | undefined;
  /** Target edition of a running migration. */
  readonly targetEdition?: 'STANDARD' | 'PRO' | undefined;
  /** Network of the cluster; without it addresses are arbitrary. */
  readonly network?: NetworkRecord | undefined;
  /** Replicas of a managed control plane. */
  readonly replicas?: readonly Replica[];
  /** Ids of replicas stopped by faults. */
  readonly downReplicas?: readonly string[];
  /** Incidents of the control plane, oldest first. */
  readonly incidents?: readonly IncidentRecord[];
  /** Active injected faults. */
  readonly faults?: readonly InjectedFault[];
  /** Default SIMULATED. */
  readonly controlPlane?: 'SIMULATED' | 'REAL' | undefined;
  /** Keys and certificates of a real control plane. */
  readonly certificates?: unknown;
  readonly state: 'CREATING' | 'RUNNING' | 'UPGRADING' | 'DELETING' | 'FAILED';
  readonly createdAt: number;
  /** Time at which the current transition ends. */
  readonly readyAt: number;
}

/** A replica of a control plane component and its zone. */
export interface Replica {
  readonly id: string;
  readonly component: string;
  readonly zoneId: string;
}

/** An incident of a control plane. Times are milliseconds since the epoch. */
export interface IncidentRecord {
  readonly id: string;
  /**
   * DEGRADED: replicas were down, the API was available. COMPONENT_DOWN: all replicas of a component were down, the API
   * was available.
   */
  readonly kind: 'DEGRADED' | 'COMPONENT_DOWN' | 'API_UNAVAILABLE';
  /** Components that were down at the start (human-readable). */
  readonly cause: string;
  readonly startedAt: number;
  readonly endedAt?: number;
}

/** Network of a cluster. */
export interface NetworkRecord {
  readonly plugin: 'FLANNEL' | 'TERWAY';
  /** The VPC of its vSwitches. */
  readonly vpcId?: string | undefined;
  /** Addresses of pods, and the prefix length of a node's range; only with Flannel. */
  readonly podCidr?: string | undefined;
  readonly nodeCidrMask?: number | undefined;
  readonly serviceCidr: string;
  readonly vSwitches: readonly VSwitch[];
}

/** An activity of a scaling group. */
export interface ScalingActivity {
  readonly at: number;
  readonly kind: 'SCALE_OUT' | 'SCALE_IN' | 'ATTACH' | 'CHANGE' | 'DELETE';
  readonly status: 'SUCCESSFUL' | 'PARTIAL' | 'FAILED';
  /** Ids of the affected instances. */
  readonly instances: number;
  readonly description: string;
}

/** Scaling group of a node pool; the record of a deleted one is kept until its cluster is deleted. */
export interface ScalingGroupRecord {
  readonly id: string;
  readonly nodePoolId: string;
  readonly state: 'ACTIVE' | 'DELETED';
  readonly minSize: number;
  readonly maxSize: number;
  readonly desiredSize: number;
  readonly activities: readonly ScalingActivity[];
}

/** An instance of an account without a cluster. */
export interface DetachedInstanceRecord {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly regionId: string;
  readonly zoneId: string;
  readonly instanceType: string;
  readonly imageId: string;
  readonly chargeType: ChargeType;
  /** Optional attributes of the creation. */
  readonly vpcId?: string | undefined;
  /** STOPPED by its owner; default RUNNING. */
  readonly state?: 'RUNNING' | 'STOPPED' | undefined;
  readonly systemDisk: SystemDisk;
  /** CREATED by the account, REMOVED from a cluster, or left by a FAILED_CREATION. */
  readonly origin: 'CREATED' | 'REMOVED' | 'FAILED_CREATION';
  /** Id of its last cluster. */
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

/** System disk of an instance. */
export interface SystemDisk {
  readonly id: string;
  /** Names of files on the disk, which show whether it was replaced. */
  readonly files: readonly string[];
  readonly category?: string;
  readonly sizeGiB?: number;
}

/** Data disk of an instance. */
interface DataDisk {
  readonly category: string;
  readonly sizeGiB: number;
  readonly mountTarget?: string | undefined;
}

/** Instance of the simulated cloud; a node of its cluster while it runs. */
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
  /** Addresses in the cluster's network. */
  readonly vSwitchId?: string;
  /** CIDR of the vSwitch, if the vSwitch is not one of the cluster's. */
  readonly vSwitchCidr?: string;
  readonly address?: string;
  readonly podCidr?: string;
  readonly maxPods?: number;
  /** Number of the instance in the cluster; addresses are derived from it. */
  readonly index: number;
  readonly master: boolean;
  readonly createdAt: number;
  readonly readyAt: number;
  readonly failure?: InstanceFailure;
  /** Whether the start fails at `readyAt`. */
  readonly doomed?: boolean;
  /** Whether pods are evicted before it stops. */
  readonly drain?: boolean;
  /** Whether it is switched off: the kubelet does not respond. */
  readonly off?: boolean;
  /** When it was switched off or restarted last: containers that ran then have ended. */
  readonly stoppedAt?: number;
  /** Whether it is disconnected from the control plane, but running. */
  readonly offline?: boolean;
  /** A fault that survives a restart; a system disk replacement ends it. */
  readonly fault?: 'SYSTEM_DISK' | undefined;
  /** The cloud's id of the instance; default derived from `id`. */
  readonly providerId?: string;
  /** Whether it was a detached instance before it joined. */
  readonly attached?: boolean;
  readonly chargeType?: ChargeType;
  readonly imageId?: string;
  /** Operating system of the node. */
  readonly os?: { readonly name: string; readonly family: 'linux' | 'windows' };
  readonly systemDisk?: SystemDisk;
  readonly dataDisks?: readonly DataDisk[];
  readonly userData?: string;
  /** Maximum price of a spot instance per hour. */
  readonly spotPriceLimit?: number;
  /** Whether it restarts; its node exists. */
  readonly restarting?: boolean;
  /** False: the account keeps the instance when it leaves the cluster. */
  readonly release?: boolean;
  /** Whether it has run; otherwise its removal is a failed creation. */
  readonly ran?: boolean;
  /** Whether its start failed and the account kept the instance. */
  readonly orphaned?: boolean;
  /** Time at which the cloud reclaims the spot instance. */
  readonly reclaimAt?: number;
}

/** A rejected request; serialized as `{ code, message }` with the HTTP status. */
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
