import type { Instance, VSwitchPlace } from './instance.js';
import type { TokenOrigin } from '../../access/token-origin.js';
import type { HighRiskOperationProvider } from './high-risk-operation-provider.js';
import type { CloudResourceProvider } from './cloud-resource-provider.js';
import type { ContainerInstanceProvider } from './container-instance-provider.js';
import type { NodeTaint, NodePoolProvider } from './node-pool-provider.js';
import type { ChargeType } from './charge-type.js';

/** A control plane to create. All calls are idempotent by the given ids, so a restarted caller repeats them. */
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
  /** Maximum number of pods. Default: no limit. */
  readonly maxPods?: number;
  /** Load balancers and disks that its objects request need to be granted; see CloudResourceProvider. */
  readonly grantsNeeded?: boolean;
  readonly edition?: Edition;
  readonly network?: NetworkRequest;
}

/** Network of a cluster. */
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

/** Edition of a managed control plane. */
type Edition = 'STANDARD' | 'PRO';

/** An instance that runs a master. */
interface MasterRequest {
  /** The node's id: the caller's key. */
  readonly id: string;
  /** The Kubernetes node's name. */
  readonly name: string;
  /** Instance types in order of preference. */
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

/** Kinds of incidents of a control plane. */
export const INCIDENT_KINDS = ['DEGRADED', 'COMPONENT_DOWN', 'API_UNAVAILABLE'] as const;

export type IncidentKind = (typeof INCIDENT_KINDS)[number];

/** An incident of a control plane, by the provider's clock. */
export interface ControlPlaneIncident {
  /** `incident_…`; never changes. */
  readonly id: string;
  /**
   * DEGRADED: some replicas were down, but the API was available. COMPONENT_DOWN: a component had no healthy replica, but
   * the API was available.
   */
  readonly kind: IncidentKind;
  /** Cause (human-readable). */
  readonly cause: string;
  readonly startedAt: Date;
  /** null while the incident is ongoing. */
  readonly endedAt: Date | null;
}

export interface ControlPlane {
  readonly state: 'CREATING' | 'RUNNING' | 'UPGRADING' | 'FAILED';
  /** When it is expected to be ready; poll again then. */
  readonly readyAt: Date;
  readonly version: string;
  /** Why its upgrade has failed, if that is known. */
  readonly failure?: string | undefined;
  readonly edition?: Edition | undefined;
  /** Whether its Kubernetes API is available. */
  readonly available: boolean;
  readonly replicas: readonly ControlPlaneReplica[];
  /** The newest incidents, oldest first; at most one is ongoing. */
  readonly incidents: readonly ControlPlaneIncident[];
  /** Base URL of its Kubernetes API. */
  readonly server: string;
  /** PEM of the CA, base64. */
  readonly caData: string;
}

/** A disk of an instance. */
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
  /** Instance types in order of preference. */
  readonly instanceTypes: readonly string[];
  readonly zoneIds: readonly string[];
  /** vSwitches of its address. Default: the cluster's. */
  readonly vSwitches?: readonly VSwitchPlace[];
  /** Default POSTPAID. */
  readonly chargeType?: ChargeType;
  /** Image of the system disk. Default: the provider's. */
  readonly imageId?: string;
  /** Default: the provider's. */
  readonly systemDisk?: DiskRequest;
  readonly dataDisks?: readonly DiskRequest[];
  /** Script that runs at the first boot. */
  readonly userData?: string;
  /** SPOT only: maximum price per hour. Default: the market price. */
  readonly spotPriceLimit?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly NodeTaint[];
}

/** User and expiry of credentials. */
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

/** Creates and operates the infrastructure of clusters. */
export interface InfrastructureProvider
  extends NodePoolProvider, CloudResourceProvider, ContainerInstanceProvider, HighRiskOperationProvider {
  /** Creates the control plane, or returns its present state. */
  ensureControlPlane(request: ControlPlaneRequest): Promise<ControlPlane>;
  /** The state of the control plane; undefined when the cluster has none. */
  controlPlane(clusterId: string): Promise<ControlPlane | undefined>;
  upgradeControlPlane(clusterId: string, version: string): Promise<ControlPlane>;
  /** Moves a managed control plane to another edition; workloads continue to run. */
  migrateControlPlane(clusterId: string, edition: Edition): Promise<ControlPlane>;
  /** Whether the API server accepts credentials of clients (PLATFORM), or none but the platform's own and those of the cluster itself. */
  setAuthenticationMode(clusterId: string, mode: 'PLATFORM' | 'KUBERNETES'): Promise<void>;
  /**
   * Cancels an unfinished upgrade of the control plane, which returns to its version and is UPGRADING until it has; does nothing when
   * the upgrade has finished.
   */
  cancelControlPlaneUpgrade(clusterId: string): Promise<ControlPlane>;
  /** Starts deleting everything of the cluster; true when nothing is left. */
  deleteCluster(clusterId: string): Promise<boolean>;
  /** Creates the instances that can be created; returns one instance per request, in order. */
  ensureInstances(clusterId: string, requests: readonly InstanceRequest[]): Promise<readonly Instance[]>;
  instances(clusterId: string, nodePoolId?: string): Promise<readonly Instance[]>;
  /**
   * Starts deleting instances (after draining, if requested); returns the ids that still exist. With `release: false` the
   * instances are kept unattached, as subscription instances always are.
   */
  deleteInstances(
    clusterId: string,
    ids: readonly string[],
    options: { readonly drain: boolean; readonly release?: boolean },
  ): Promise<readonly string[]>;
  /** Upgrades the kubelet of an instance; undefined when the instance does not exist (any more). */
  upgradeInstance(clusterId: string, id: string, version: string): Promise<Instance | undefined>;
  /** Credentials for the cluster's Kubernetes API. */
  credentials(clusterId: string, request: CredentialRequest): Promise<Credentials>;
}
