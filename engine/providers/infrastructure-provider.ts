import type { TokenOrigin } from '../../access/token-origin.js';
import type { HighRiskOperationProvider } from './high-risk-operation-provider.js';
import type { Problem } from '../../kernel/result.js';
import type { CloudResourceProvider } from './cloud-resource-provider.js';
import type { ContainerInstanceProvider } from './container-instance-provider.js';
import type { ChargeType, NodeTaint, NodePoolProvider } from './node-pool-provider.js';

/** A control plane to be made. All calls are idempotent by the ids given, so a crashed caller repeats them. */
export interface ControlPlaneRequest {
  readonly clusterId: string;
  readonly account: string;
  readonly regionId: string;
  readonly zoneIds: readonly string[];
  /** Kubernetes version, e.g. `1.32.1`. */
  readonly version: string;
  /** Masters the account owns: 3 for dedicated clusters, else 0. */
  readonly masters: 0 | 3;
  /** The masters, by the ids of their nodes. */
  readonly masterNodes?: readonly MasterRequest[];
  /** Pods run on container instances, without nodes. */
  readonly serverless?: boolean;
  /** Pods at the most; as many as it likes when left out. */
  readonly maxPods?: number;
  /** Load balancers and disks that its objects ask for need to be granted; see ClaimInfrastructure. */
  readonly grantsNeeded?: boolean;
  readonly edition?: Edition;
  readonly network?: NetworkRequest;
}

/** How a cluster is connected. */
export interface NetworkRequest {
  readonly plugin: 'FLANNEL' | 'TERWAY';
  /** The VPC of the vSwitches. */
  readonly vpcId?: string;
  /** Addresses of pods, and the prefix length of a node's part of them; only with Flannel. */
  readonly podCidr?: string;
  readonly nodeCidrMask?: number;
  readonly serviceCidr: string;
  readonly vSwitches: readonly VSwitchPlace[];
}

/** A part of a VPC in a zone, in which machines get their addresses. */
export interface VSwitchPlace {
  readonly id: string;
  readonly zoneId: string;
  readonly cidr: string;
}

/** How a managed control plane is sized. */
export type Edition = 'STANDARD' | 'PRO';

/** A machine that runs a part of the control plane. */
export interface MasterRequest {
  /** The node's id: the caller's key. */
  readonly id: string;
  /** The Kubernetes node's name. */
  readonly name: string;
  /** Acceptable types, most wanted first. */
  readonly instanceTypes: readonly string[];
}

/** One process of a control plane. */
export interface ControlPlaneReplica {
  readonly id: string;
  /** `kube-apiserver`, `etcd`, … */
  readonly component: string;
  readonly zoneId: string;
  readonly healthy: boolean;
}

/** A time in which something of a control plane did not work, by the provider's clock. */
export interface ControlPlaneIncident {
  /** `incident_…`; it stays the same. */
  readonly id: string;
  /**
   * DEGRADED: replicas were down, the API answered. COMPONENT_DOWN: a component had no replica that worked, the API
   * answered.
   */
  readonly kind: 'DEGRADED' | 'COMPONENT_DOWN' | 'API_UNAVAILABLE';
  /** What was down, for people. */
  readonly cause: string;
  readonly startedAt: Date;
  /** null while it lasts. */
  readonly endedAt: Date | null;
}

export interface ControlPlane {
  readonly state: 'CREATING' | 'RUNNING' | 'UPGRADING' | 'FAILED';
  /** When it is expected to be ready; look again then. */
  readonly readyAt: Date;
  readonly version: string;
  readonly edition?: Edition | undefined;
  /** Whether its Kubernetes API answers. */
  readonly available: boolean;
  readonly replicas: readonly ControlPlaneReplica[];
  /** The newest, oldest first; at most one of them lasts. */
  readonly incidents: readonly ControlPlaneIncident[];
  /** Base URL of its Kubernetes API. */
  readonly server: string;
  /** PEM of the CA, base64. */
  readonly caData: string;
}

/** A disk of a machine. */
export interface DiskRequest {
  readonly category: string;
  readonly sizeGiB: number;
  /** Where a data disk is mounted. */
  readonly mountTarget?: string;
}

export interface InstanceRequest {
  /** The node's id: the caller's key. */
  readonly id: string;
  /** The Kubernetes node's name. */
  readonly name: string;
  readonly nodePoolId: string;
  /** Acceptable types, most wanted first. */
  readonly instanceTypes: readonly string[];
  readonly zoneIds: readonly string[];
  /** Where it gets its address; in the cluster's when left out. */
  readonly vSwitches?: readonly VSwitchPlace[];
  /** POSTPAID when left out. */
  readonly chargeType?: ChargeType;
  /** Image of the system disk; the provider's own when left out. */
  readonly imageId?: string;
  /** The provider's own when left out. */
  readonly systemDisk?: DiskRequest;
  readonly dataDisks?: readonly DiskRequest[];
  /** A script that it runs at its first start. */
  readonly userData?: string;
  /** Of SPOT: what an hour may cost at the most; left out: the price of the moment. */
  readonly spotPriceLimit?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly NodeTaint[];
}

export interface Instance {
  readonly id: string;
  readonly state: 'STARTING' | 'RUNNING' | 'STOPPING' | 'FAILED';
  /** The pool in whose scaling group it is; null: in none. */
  readonly nodePoolId?: string | null | undefined;
  readonly instanceType: string;
  readonly zoneId: string;
  readonly version: string;
  readonly readyAt: Date;
  /** The provider's own id of the machine. */
  readonly machineId?: string | undefined;
  readonly chargeType?: ChargeType | undefined;
  /** The vSwitch that it is in, and its private address there. */
  readonly vSwitchId?: string | undefined;
  readonly address?: string | undefined;
  /** A spot instance is taken back at this time. */
  readonly reclaimAt?: Date | undefined;
  /** Why it could not be made; then nothing runs and nothing is billed. */
  readonly failure?: Problem;
}

/** Whom credentials let in, and for how long. */
export interface CredentialRequest {
  /** Name of the Kubernetes user. */
  readonly name: string;
  readonly groups: readonly string[];
  readonly expiresAt: Date;
  /** The client's token with which they end as well; undefined: the platform's own. */
  readonly origin?: TokenOrigin | undefined;
}

export interface Credentials {
  readonly server: string;
  readonly caData: string;
  readonly token: string;
  readonly expiresAt: Date;
}

/** Where clusters run: the simulated cloud, or real ones. */
export interface InfrastructureProvider
  extends NodePoolProvider, CloudResourceProvider, ContainerInstanceProvider, HighRiskOperationProvider {
  /** Makes the control plane, or says how far it is. */
  ensureControlPlane(request: ControlPlaneRequest): Promise<ControlPlane>;
  /** undefined when there is none. */
  controlPlane(clusterId: string): Promise<ControlPlane | undefined>;
  upgradeControlPlane(clusterId: string, version: string): Promise<ControlPlane>;
  /** Moves a managed control plane to another edition; workloads run on. */
  migrateControlPlane(clusterId: string, edition: Edition): Promise<ControlPlane>;
  /** Gives up an upgrade of the control plane that has not ended; one that has ended stays as it is. */
  cancelControlPlaneUpgrade(clusterId: string): Promise<ControlPlane>;
  /** Starts deleting everything of the cluster; true when nothing is left. */
  deleteCluster(clusterId: string): Promise<boolean>;
  /** Makes what can be made; one answer for each request, in order. */
  ensureInstances(clusterId: string, requests: readonly InstanceRequest[]): Promise<readonly Instance[]>;
  instances(clusterId: string, nodePoolId?: string): Promise<readonly Instance[]>;
  /**
   * Starts deleting (after draining, when asked); answers the ids that are not gone yet. With `release: false` the
   * machines stay with the account, as those that are paid by subscription do anyway.
   */
  deleteInstances(
    clusterId: string,
    ids: readonly string[],
    options: { readonly drain: boolean; readonly release?: boolean },
  ): Promise<readonly string[]>;
  /** Upgrades the kubelet of an instance; undefined when there is none (any more). */
  upgradeInstance(clusterId: string, id: string, version: string): Promise<Instance | undefined>;
  /** Credentials for the cluster's Kubernetes API. */
  credentials(clusterId: string, request: CredentialRequest): Promise<Credentials>;
}
