import type { Taint } from '../kinds/core.js';

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
  readonly state: 'CREATING' | 'RUNNING' | 'UPGRADING' | 'DELETING' | 'FAILED';
  readonly createdAt: number;
  /** When the state that is being worked on is reached. */
  readonly readyAt: number;
}

export interface InstanceFailure {
  readonly code:
    | 'OUT_OF_STOCK'
    | 'INSTANCE_START_FAILED'
    | 'INSTANCE_TYPE_TOO_SMALL'
    | 'UNKNOWN_INSTANCE_TYPE'
    | 'UNKNOWN_ZONE';
  readonly message: string;
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
  /** Numbers the cluster's instances; addresses follow from it. */
  readonly index: number;
  readonly master: boolean;
  readonly createdAt: number;
  readonly readyAt: number;
  readonly failure?: InstanceFailure;
  /** The start fails when its time has come. */
  readonly doomed?: boolean;
  /** Pods are evicted before it stops. */
  readonly drain?: boolean;
  /** Switched off: the node's kubelet does not answer. */
  readonly off?: boolean;
}

/** The answer to a wish that cannot be met; becomes `{ code, message }` with the HTTP status. */
export class CloudRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'CloudRefusal';
  }
}
