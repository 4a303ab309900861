import type { Problem } from '../../kernel/result.js';

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
}

export interface ControlPlane {
  readonly state: 'CREATING' | 'RUNNING' | 'UPGRADING' | 'FAILED';
  /** When it is expected to be ready; look again then. */
  readonly readyAt: Date;
  readonly version: string;
  /** Base URL of its Kubernetes API. */
  readonly server: string;
  /** PEM of the CA, base64. */
  readonly caData: string;
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
}

export interface Instance {
  readonly id: string;
  readonly state: 'STARTING' | 'RUNNING' | 'STOPPING' | 'FAILED';
  readonly instanceType: string;
  readonly zoneId: string;
  readonly version: string;
  readonly readyAt: Date;
  /** Why it could not be made; then nothing runs and nothing is billed. */
  readonly failure?: Problem;
}

export interface Credentials {
  readonly server: string;
  readonly caData: string;
  readonly token: string;
  readonly expiresAt: Date;
}

/** Where clusters run: the simulated cloud, or real ones. */
export interface InfrastructureProvider {
  /** Makes the control plane, or says how far it is. */
  ensureControlPlane(request: ControlPlaneRequest): Promise<ControlPlane>;
  /** undefined when there is none. */
  controlPlane(clusterId: string): Promise<ControlPlane | undefined>;
  upgradeControlPlane(clusterId: string, version: string): Promise<ControlPlane>;
  /** Starts deleting everything of the cluster; true when nothing is left. */
  deleteCluster(clusterId: string): Promise<boolean>;
  /** Makes what can be made; one answer for each request, in order. */
  ensureInstances(clusterId: string, requests: readonly InstanceRequest[]): Promise<readonly Instance[]>;
  instances(clusterId: string, nodePoolId?: string): Promise<readonly Instance[]>;
  /** Starts deleting (after draining, when asked); answers the ids that are not gone yet. */
  deleteInstances(
    clusterId: string,
    ids: readonly string[],
    options: { readonly drain: boolean },
  ): Promise<readonly string[]>;
  upgradeInstance(clusterId: string, id: string, version: string): Promise<Instance>;
  /** Credentials for the cluster's Kubernetes API. */
  credentials(clusterId: string, subject: string, ttlMinutes: number): Promise<Credentials>;
}
