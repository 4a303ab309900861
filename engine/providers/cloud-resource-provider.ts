/** Kind of the reconciler that decides the requests; its only key is `all`. */
export const CLOUD_RESOURCE_REQUESTS = 'cloud-resource-requests';

export const CLOUD_RESOURCE_REQUEST_KINDS = ['LOAD_BALANCER', 'REUSED_LOAD_BALANCER', 'DISK'] as const;

type CloudResourceRequestKind = (typeof CLOUD_RESOURCE_REQUEST_KINDS)[number];

/** A cloud resource that an object in a cluster requests: a load balancer for a Service, a disk for a volume claim. */
export interface CloudResourceRequest {
  /** The object's uid. */
  readonly id: string;
  readonly clusterId: string;
  readonly account: string;
  /** A Service that reuses a load balancer needs no new one, but adds its backend servers to it. */
  readonly kind: CloudResourceRequestKind;
  readonly namespace: string;
  readonly name: string;
  /** Id of the reused load balancer, as the Service names it; null if none. Several Services may reuse one. */
  readonly loadBalancerId: string | null;
  /** Ports of a load balancer; 0 for a disk. */
  readonly listeners: number;
  /** Backend servers of a load balancer; 0 for a disk. */
  readonly backendServers: number;
  /** Whether the request was granted to the cluster. */
  readonly granted: boolean;
  /** Reason of the denial that the cluster has received; null if it was not denied. */
  readonly refusal: string | null;
}

/** The requests of all clusters with `grantsNeeded`. */
interface CloudResourceRequests {
  /** Pending and decided. */
  readonly requests: readonly CloudResourceRequest[];
  /** Clusters whose requests cannot be read now. Their resources stay as they are. */
  readonly unknownClusterIds: readonly string[];
}

/** Decisions about the requests of one cluster. */
interface CloudResourceDecisions {
  /** Ids of the granted requests. */
  readonly granted: readonly string[];
  /** Denied requests; a request that was granted before keeps its resource, but the resource does not grow. */
  readonly refused: readonly { readonly id: string; readonly message: string }[];
}

/** Cloud resources that objects in clusters request. */
export interface CloudResourceProvider {
  cloudResourceRequests(): Promise<CloudResourceRequests>;
  /** Decides requests of a cluster; unnamed ones stay pending. Does nothing for a deleted cluster. */
  decideCloudResourceRequests(clusterId: string, decisions: CloudResourceDecisions): Promise<void>;
}
