/** The engine's kind of what answers claims; its one key is `all`. */
export const CLOUD_RESOURCE_REQUESTS = 'cloud-claims';

/** Something of the cloud that an object inside a cluster asks for: a Service a load balancer, a volume claim a disk. */
export interface CloudResourceRequest {
  /** The object's uid. */
  readonly id: string;
  readonly clusterId: string;
  readonly account: string;
  /** A Service that reuses a load balancer takes no new one, but puts the machines behind it once more. */
  readonly kind: 'LOAD_BALANCER' | 'REUSED_LOAD_BALANCER' | 'DISK';
  readonly namespace: string;
  readonly name: string;
  /** Id of the load balancer that is reused, as the Service names it; null: none. Several Services may reuse one. */
  readonly balancer: string | null;
  /** Ports of a load balancer; 0 of a disk. */
  readonly listeners: number;
  /** Machines behind a load balancer; 0 of a disk. */
  readonly servers: number;
  /** Whether the cluster has been told that it may have it. */
  readonly granted: boolean;
  /** Why the cluster has been told that it may not have it, or not more of it; null: it has not. */
  readonly refusal: string | null;
}

/** The answer to the claims of one cluster. */
export interface CloudResourceDecisions {
  /** Ids of all that it may have. */
  readonly granted: readonly string[];
  /** Those that it may not have; a granted one among them keeps what it has, and gets no more. */
  readonly refused: readonly { readonly id: string; readonly message: string }[];
}

/** The provider's part of what clusters themselves ask of the cloud. */
export interface CloudResourceProvider {
  /** What the objects of all clusters with `grantsNeeded` ask for, or have. */
  cloudResourceRequests(): Promise<readonly CloudResourceRequest[]>;
  /** Answers a cluster's claims; what is not named goes on waiting. A cluster that is gone is no error. */
  decideCloudResourceRequests(clusterId: string, decisions: CloudResourceDecisions): Promise<void>;
}
