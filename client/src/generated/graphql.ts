/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** A manifest to apply to a cluster. */
export type ApplyManifestInput = {
  /** Idempotency token, 1 to 128 characters: a repetition with the same token and input returns the first response. Use a new one for each request. */
  readonly clientToken?: string | null | undefined;
  /** Id of the cluster. */
  readonly clusterId: string;
  /** Whether to take over fields of other field managers (server-side apply with force). Default: false, such a conflict is rejected. */
  readonly force?: boolean | null | undefined;
  /** Kubernetes objects in YAML or JSON: 1 to 100 documents, at most 1 MiB. */
  readonly yaml: string;
};

/** Whose users the API server of a cluster authenticates. */
export type AuthenticationMode =
  /** Users of Kubernetes only, such as its service accounts: the API server rejects the kubeconfigs of the platform. */
  | 'KUBERNETES'
  /** Principals of the account, by kubeconfigs of the platform, and users of Kubernetes. */
  | 'PLATFORM';

/** Availability of a product in a region. */
export type Availability =
  /** Clusters of the product can be created here. */
  | 'AVAILABLE'
  /** The product is announced for this region but not yet open. */
  | 'COMING_SOON'
  /** The product is not offered here. */
  | 'UNAVAILABLE';

/** An operation to cancel. */
export type CancelOperationInput = {
  /** Idempotency token, 1 to 128 characters: a repetition with the same token and input returns the first response. Use a new one for each request. */
  readonly clientToken?: string | null | undefined;
  /** Id of the operation. */
  readonly id: string;
};

/** When a change that disrupts a cluster starts. */
export type ChangeTiming =
  /** Immediately. */
  | 'IMMEDIATE'
  /** In the maintenance window: immediately if it is open, else at its next occurrence; see Operation.scheduledFor. */
  | 'MAINTENANCE_WINDOW';

/** Charge type of an instance. */
export type ChargeType =
  /** Pay-as-you-go. */
  | 'POSTPAID'
  /** Subscription: cheaper, but it cannot be released before the subscription ends. */
  | 'PREPAID'
  /** Pay-as-you-go at the current spot price; the cloud can reclaim it with five minutes’ notice. */
  | 'SPOT';

/** The cloud that a region belongs to. */
export type Cloud =
  /** A cloud for financial institutions. */
  | 'FINANCE'
  /** A cloud for public authorities. */
  | 'GOVERNMENT'
  /** A local region, close to one city. */
  | 'LOCAL'
  /** The public cloud. */
  | 'PUBLIC';

/** Capability of the instances of a cluster. */
export type ClusterCapability =
  /** Encrypted memory with Intel SGX: a confidential cluster. */
  | 'CONFIDENTIAL'
  /** GPUs or NPUs: a heterogeneous cluster. */
  | 'GPU'
  /** Pods in lightweight virtual machines: a sandbox cluster. */
  | 'SANDBOX';

/** Type of a change of a watched list. */
export type ClusterChangeType =
  /** The cluster is in the list: it was in it at the start, was created, or matches the filter now. */
  | 'ADDED'
  /** No matching change; only the cursor advanced. */
  | 'BOOKMARK'
  /** The cluster is no longer in the list: it was deleted or no longer matches the filter. */
  | 'DELETED'
  /** A cluster of the list has changed. */
  | 'MODIFIED'
  /** Every existing cluster has been sent; changes follow. */
  | 'SYNCED';

/** Filter of clusters; all conditions are combined with AND. */
export type ClusterFilter = {
  /** Clusters with one of these ids (at most 500). */
  readonly ids?: ReadonlyArray<string> | null | undefined;
  /** Clusters with all these labels, as an object of strings. */
  readonly labels?: unknown;
  /** Clusters whose name contains this text, ignoring case. */
  readonly nameContains?: string | null | undefined;
  /** Clusters of this product. */
  readonly product?: Product | null | undefined;
  /** Clusters in this region. */
  readonly regionId?: string | null | undefined;
  /** Clusters in one of these states. Default: every state except DELETED. */
  readonly states?: ReadonlyArray<ClusterState> | null | undefined;
};

/** Network of a new cluster. Immutable after creation. */
export type ClusterNetworkInput = {
  /** Prefix length of each node's part of the pod CIDR: 24 (256 addresses) to 28 (16 addresses). Default: 24. */
  readonly nodeCidrMask?: number | null | undefined;
  /** CIDR of pods, e.g. `10.1.0.0/16`. Default: a free range. Not allowed with Terway, where pods have addresses of the vSwitches. */
  readonly podCidr?: string | null | undefined;
  /** Whether the Kubernetes API gets a public address (EIP). Default: false. */
  readonly publicEndpoint?: boolean | null | undefined;
  /** Id of the security group for the nodes, in the VPC. Default: one is created for the cluster. */
  readonly securityGroupId?: string | null | undefined;
  /** CIDR of Services, e.g. `172.21.0.0/20`. Default: a free range. */
  readonly serviceCidr?: string | null | undefined;
  /** Ids of the vSwitches for the nodes, in the VPC: 1 to 24, best in several zones. Default: all vSwitches of the VPC in the zones of the cluster. */
  readonly vSwitchIds?: ReadonlyArray<string> | null | undefined;
  /** Id of the VPC. Default: the region's default VPC, which is created with its first cluster and deleted with its last one. */
  readonly vpcId?: string | null | undefined;
};

/** Profile of a managed cluster. */
export type ClusterProfile =
  /** General use, with nodes. */
  | 'DEFAULT'
  /** Nodes outside the region, at the edge. */
  | 'EDGE'
  /** No nodes: pods run on container instances. */
  | 'SERVERLESS';

/** Edition of a managed cluster (cluster_spec of the ACK API). */
export type ClusterSpec =
  /** Pro edition: higher quotas and a compensated service level. */
  | 'PRO'
  /** Standard edition. */
  | 'STANDARD';

/** State of a cluster, by the names of the ACK API. */
export type ClusterState =
  /** Deleted; still returned by id, but not in lists. */
  | 'DELETED'
  /** Deletion failed; delete again. */
  | 'DELETE_FAILED'
  /** Being deleted. */
  | 'DELETING'
  /** A registered cluster whose agent has disconnected. Reserved: agents do not connect yet. */
  | 'DISCONNECTED'
  /** Nodes are being drained. Reserved: such a cluster is SCALING. */
  | 'DRAINING'
  /** Creation failed or was cancelled; it can be deleted. */
  | 'FAILED'
  /** Not in use. Reserved. */
  | 'INACTIVE'
  /** Being created. */
  | 'INITIAL'
  /** Nodes are being removed. Reserved: such a cluster is SCALING. */
  | 'REMOVING'
  /** Running; no change is in progress. */
  | 'RUNNING'
  /** Nodes are being added or removed. */
  | 'SCALING'
  /** Its Kubernetes API does not answer. */
  | 'UNAVAILABLE'
  /** Its configuration is being changed. */
  | 'UPDATING'
  /** Its Kubernetes version is being upgraded. */
  | 'UPGRADING'
  /** A registered cluster whose agent has not connected yet. */
  | 'WAITING';

/** Owner of the control plane (cluster_type of the ACK API). */
export type ClusterType =
  /** A cluster created outside the platform, registered here. */
  | 'EXTERNAL_KUBERNETES'
  /** Dedicated: the account owns three master nodes. */
  | 'KUBERNETES'
  /** The platform runs the control plane. */
  | 'MANAGED_KUBERNETES';

/** Container runtime of a node pool (runtime of the ACK API). */
export type ContainerRuntime =
  /** containerd. */
  | 'CONTAINERD'
  /** Docker; Kubernetes 1.24 and later does not work with it. */
  | 'DOCKER'
  /** Sandboxed-Container.runv: pods that choose the runtime class `runv` get a light virtual machine each. */
  | 'SANDBOXED_CONTAINER_RUNV';

/** A cluster to create. */
export type CreateClusterInput = {
  /** Capability of the instances: makes the cluster heterogeneous, sandbox or confidential. Default: none. */
  readonly capability?: ClusterCapability | null | undefined;
  /** Idempotency token, 1 to 128 characters: a repetition with the same token and input returns the first response. Use a new one for each request. */
  readonly clientToken?: string | null | undefined;
  /** Whether to reject deletion until this protection is turned off. Default: false. */
  readonly deletionProtection?: boolean | null | undefined;
  /** Labels, as an object of strings (at most 50). */
  readonly labels?: unknown;
  /** Load balancer of the API server. Default: pay-as-you-go. */
  readonly loadBalancer?: LoadBalancerInput | null | undefined;
  /** Masters of a dedicated cluster. Default: three of the default instance type. */
  readonly masters?: MastersInput | null | undefined;
  /** Name: 1 to 63 letters, Chinese characters, digits and hyphens, not beginning with a hyphen. */
  readonly name: string;
  /** Network of the cluster. Default: the region's default VPC, with free ranges for pods and Services. */
  readonly network?: ClusterNetworkInput | null | undefined;
  /** Network plugin (CNI). Default: FLANNEL. */
  readonly networkPlugin?: NetworkPlugin | null | undefined;
  /** Initial node pools (at most 100). */
  readonly nodePools?: ReadonlyArray<NodePoolInput> | null | undefined;
  /** Profile of the cluster. */
  readonly profile?: ClusterProfile | null | undefined;
  /** Id of the region; see Query.regions. */
  readonly regionId: string;
  /** Edition of a managed cluster. Default: STANDARD. */
  readonly spec?: ClusterSpec | null | undefined;
  /** Storage plugin: provides the volumes of pods. Default: CSI. */
  readonly storagePlugin?: StoragePlugin | null | undefined;
  /** Time zone of the maintenance window and schedules: any IANA name of one of Query.timeZones. Default: the time zone of the region. */
  readonly timeZone?: string | null | undefined;
  /** Owner of the control plane. */
  readonly type: ClusterType;
  /** Kubernetes version, as patch (`1.34.1`) or minor (`1.34`: its newest patch). Default: the newest version. */
  readonly version?: string | null | undefined;
  /** Ids of the zones for the nodes. Default: all zones of the region. */
  readonly zoneIds?: ReadonlyArray<string> | null | undefined;
};

/** A node pool to create in a running cluster. */
export type CreateNodePoolInput = {
  /** Acknowledges the risk of autoscaling on the pool that holds the system components and of repairs that reset system disks. Without it, both are rejected with RISK_NOT_ACKNOWLEDGED. Default: false. */
  readonly acknowledgeRisk?: boolean | null | undefined;
  /** Autoscaling. Default: off. */
  readonly autoscaling?: NodePoolAutoscalingInput | null | undefined;
  /** Idempotency token, 1 to 128 characters: a repetition with the same token and input returns the first response. Use a new one for each request. */
  readonly clientToken?: string | null | undefined;
  /** Id of the cluster. */
  readonly clusterId: string;
  /** Desired number of nodes, within the quota of instances per scaling group and the bounds of autoscaling. Default: minSize with autoscaling, else 0. */
  readonly desiredSize?: number | null | undefined;
  /** Whether nodes of an edge cluster keep their pods while they are offline. Default: false. */
  readonly edgeAutonomy?: boolean | null | undefined;
  /** Whether pods share the GPUs of the nodes: they request `aliyun.com/gpu-mem` (GiB) instead of whole GPUs. Default: false. */
  readonly gpuSharing?: boolean | null | undefined;
  /** Instance configuration of the pool. */
  readonly instanceConfig?: InstanceConfigInput | null | undefined;
  /** Acceptable instance types, in order of preference (1 to 20), each with at least 4 vCPU and 8 GiB. */
  readonly instanceTypes: ReadonlyArray<string>;
  /** Labels of the nodes, as an object of strings (at most 50). */
  readonly labels?: unknown;
  /** Automatic maintenance of the pool. Default for a new pool: none. */
  readonly management?: NodePoolManagementInput | null | undefined;
  /** Name, unique in the cluster: 1 to 63 letters, Chinese characters, digits and hyphens, not beginning with a hyphen. */
  readonly name: string;
  /** Container runtime. Default: CONTAINERD. */
  readonly runtime?: ContainerRuntime | null | undefined;
  /** Taints of the nodes (at most 50). */
  readonly taints?: ReadonlyArray<TaintInput> | null | undefined;
};

/** A cluster to delete. */
export type DeleteClusterInput = {
  /** Idempotency token, 1 to 128 characters: a repetition with the same token and input returns the first response. Use a new one for each request. */
  readonly clientToken?: string | null | undefined;
  /** Id of the cluster. */
  readonly id: string;
  /** Ids of resources to keep that the platform created for the cluster: VPC, vSwitches, security group, load balancer, public address (see `Cluster.resources`). They belong to the account afterwards. */
  readonly retainResourceIds?: ReadonlyArray<string> | null | undefined;
};

/** A node pool to delete, with its nodes. */
export type DeleteNodePoolInput = {
  /** Acknowledges, for the default node pool, that its system components may move to a pool with autoscaling, which can make the cluster unstable. Without it, the request is rejected with RISK_NOT_ACKNOWLEDGED if every other pool has autoscaling enabled. Default: false. */
  readonly acknowledgeRisk?: boolean | null | undefined;
  /** Idempotency token, 1 to 128 characters: a repetition with the same token and input returns the first response. Use a new one for each request. */
  readonly clientToken?: string | null | undefined;
  /** Id of the node pool. */
  readonly id: string;
};

/** Kind of a cloud disk. */
export type DiskCategory =
  /** Ultra disk. */
  | 'CLOUD_EFFICIENCY'
  /** Enhanced SSD. */
  | 'CLOUD_ESSD'
  /** Standard SSD. */
  | 'CLOUD_SSD';

/** A disk of each instance. */
export type DiskInput = {
  /** Disk category. */
  readonly category: DiskCategory;
  /** Mount path of a data disk. Paths under which Kubernetes keeps its own data are rejected. */
  readonly mountTarget?: string | null | undefined;
  /** Size in GiB: 40 to 32768 (a system disk: to 500). */
  readonly sizeGiB: number;
};

/** Subject of an event. */
export type EventCategory =
  /** Issued credentials; see AccessEvent.subject for the recipient. */
  | 'ACCESS'
  /** Events from the Kubernetes APIs of the clusters, as shown by `kubectl get events`. */
  | 'KUBERNETES'
  /** Creation, change and deletion of clusters, node pools, nodes and operations. */
  | 'PROVISIONING'
  /** Quotas and applications for higher ones. */
  | 'QUOTA'
  /** Changes of the sizes of node pools and workloads. */
  | 'SCALING'
  /** Manifests applied to clusters. */
  | 'WORKLOAD';

/** Filter of events; all conditions are combined with AND. */
export type EventFilter = {
  /** Events of one of these categories. */
  readonly categories?: ReadonlyArray<EventCategory> | null | undefined;
  /** Events of this cluster. */
  readonly clusterId?: string | null | undefined;
  /** Events at this time or later. */
  readonly from?: string | null | undefined;
  /** Events of one of these kinds; at most 100. */
  readonly kinds?: ReadonlyArray<EventKind> | null | undefined;
  /** Events of one of these levels. */
  readonly levels?: ReadonlyArray<EventLevel> | null | undefined;
  /** Events of this operation. */
  readonly operationId?: string | null | undefined;
  /** Events before this time. */
  readonly to?: string | null | undefined;
  /** Events of one of these types, e.g. `NODE_READY`; at most 100. */
  readonly types?: ReadonlyArray<string> | null | undefined;
};

/** Type of an event. */
export type EventKind =
  /** A principal asked for a permission. */
  | 'ACCESS_REQUESTED'
  /** A request for a permission was approved: the principal has it until it ends. */
  | 'ACCESS_REQUEST_APPROVED'
  /** A request for a permission was refused. */
  | 'ACCESS_REQUEST_REFUSED'
  /** The holder of the account was identified. */
  | 'ACCOUNT_VERIFIED'
  /** An automatic upgrade cannot start; the message has the reason. */
  | 'AUTOMATIC_UPGRADE_BLOCKED'
  /** The management fee of a cluster is billed from now on. */
  | 'BILLING_STARTED'
  /** The control plane of a cluster answers again. */
  | 'CLUSTER_AVAILABLE'
  /** A cluster was deleted. */
  | 'CLUSTER_DELETED'
  /** A cluster could not be deleted. */
  | 'CLUSTER_DELETE_FAILED'
  /** The deletion of a cluster started. */
  | 'CLUSTER_DELETING'
  /** A cluster could not be created. */
  | 'CLUSTER_FAILED'
  /** A cluster was migrated to ACK Pro. */
  | 'CLUSTER_MIGRATED'
  /** The migration of a cluster started. */
  | 'CLUSTER_MIGRATING'
  /** A cluster could not be migrated. */
  | 'CLUSTER_MIGRATION_FAILED'
  /** The creation of a cluster started. */
  | 'CLUSTER_PROVISIONING'
  /** A cluster was requested. */
  | 'CLUSTER_REQUESTED'
  /** A cluster is RUNNING. */
  | 'CLUSTER_RUNNING'
  /** All nodes of a vertical scaling were replaced. */
  | 'CLUSTER_SCALED_VERTICALLY'
  /** A vertical scaling ended before all nodes were replaced. */
  | 'CLUSTER_SCALING_FAILED'
  /** The control plane of a cluster does not answer. */
  | 'CLUSTER_UNAVAILABLE'
  /** The name, labels or settings of a cluster were changed. */
  | 'CLUSTER_UPDATED'
  /** An upgrade of Kubernetes ended. */
  | 'CLUSTER_UPGRADED'
  /** An upgrade of Kubernetes started. */
  | 'CLUSTER_UPGRADING'
  /** The components of a new cluster were installed. */
  | 'COMPONENTS_INSTALLED'
  /** An upgrade of Kubernetes reached the components. */
  | 'COMPONENTS_UPGRADING'
  /** Parameters of a component were changed, or it was restored. */
  | 'COMPONENT_CONFIGURED'
  /** Objects of a component differ from what the platform applied. */
  | 'COMPONENT_DRIFTED'
  /** A change of a component failed. */
  | 'COMPONENT_FAILED'
  /** A component was installed. */
  | 'COMPONENT_INSTALLED'
  /** A component was removed. */
  | 'COMPONENT_UNINSTALLED'
  /** A component was upgraded. */
  | 'COMPONENT_UPGRADED'
  /** Part of a control plane does not work. */
  | 'CONTROL_PLANE_DEGRADED'
  /** The control plane of a new cluster runs. */
  | 'CONTROL_PLANE_READY'
  /** All of a control plane works again. */
  | 'CONTROL_PLANE_RECOVERED'
  /** A control plane runs another version of Kubernetes. */
  | 'CONTROL_PLANE_UPGRADED'
  /** Creating a disk for a volume claim failed. */
  | 'DISK_REJECTED'
  /** Pods of a cluster cannot resolve names. */
  | 'DNS_FAILED'
  /** Pods of a cluster can resolve names again. */
  | 'DNS_HEALTHY'
  /** Edge autonomy of a node pool was turned on or off. */
  | 'EDGE_AUTONOMY_SET'
  /** A retained public address was deleted. */
  | 'EIP_DELETED'
  /** A principal made itself administrator of the account in an emergency, until that ends. */
  | 'GLASS_BROKEN'
  /** A high-risk operation was done to a cluster outside the platform. */
  | 'HIGH_RISK_OPERATION_FOUND'
  /** A high-risk operation was fixed. */
  | 'HIGH_RISK_OPERATION_REMEDIATED'
  /** A kubeconfig of a cluster was issued. */
  | 'KUBECONFIG_ISSUED'
  /** The Kubernetes API of a new cluster answers. */
  | 'KUBERNETES_API_READY'
  /** A component of a cluster reported an Event of Kubernetes. */
  | 'KUBERNETES_EVENT'
  /** Events of a cluster were omitted: it has more than the log accepts. */
  | 'KUBERNETES_EVENTS_OMITTED'
  /** A version of Kubernetes was published. */
  | 'KUBERNETES_VERSION_PUBLISHED'
  /** A retained load balancer was deleted. */
  | 'LOAD_BALANCER_DELETED'
  /** Creating a load balancer for a Service failed. */
  | 'LOAD_BALANCER_REJECTED'
  /** The maintenance window of a cluster was changed. */
  | 'MAINTENANCE_WINDOW_SET'
  /** A manifest was applied to a cluster. */
  | 'MANIFEST_APPLIED'
  /** Nodes are being removed from a pool. */
  | 'NODES_REMOVING'
  /** Nodes of a pool were replaced. */
  | 'NODES_REPLACED'
  /** Nodes of a pool are being replaced. */
  | 'NODES_REPLACING'
  /** Instances for nodes of a pool were requested. */
  | 'NODES_REQUESTED'
  /** All nodes of a cluster run another version of Kubernetes. */
  | 'NODES_UPGRADED'
  /** A node was changed outside the platform. */
  | 'NODE_CHANGED_EXTERNALLY'
  /** The instance of a node has another charge type. */
  | 'NODE_CHARGE_TYPE_CONVERTED'
  /** Creating a node failed. */
  | 'NODE_FAILED'
  /** The instance of a node has disappeared. */
  | 'NODE_LOST'
  /** A node is not Ready. */
  | 'NODE_NOT_READY'
  /** Autoscaling changed the size of a node pool. */
  | 'NODE_POOL_AUTOSCALED'
  /** A node pool was deleted. */
  | 'NODE_POOL_DELETED'
  /** Nodes of a pool differ from Kubernetes or the scaling group. */
  | 'NODE_POOL_DRIFTED'
  /** A node pool was compared with the cloud and Kubernetes. */
  | 'NODE_POOL_INSPECTED'
  /** Nodes of a pool match its settings again. */
  | 'NODE_POOL_IN_SYNC'
  /** The size of a node pool was changed. */
  | 'NODE_POOL_SCALED'
  /** Autoscaling cannot add nodes; the message has the reason. */
  | 'NODE_POOL_SCALE_UP_BLOCKED'
  /** A node is Ready. */
  | 'NODE_READY'
  /** A node was removed. */
  | 'NODE_REMOVED'
  /** A repair of a node succeeded. */
  | 'NODE_REPAIRED'
  /** A repair of a node failed. */
  | 'NODE_REPAIR_FAILED'
  /** A repair of a node started. */
  | 'NODE_REPAIR_STARTED'
  /** The instance of a node starts. */
  | 'NODE_STARTING'
  /** Labels, annotations or taints of a node were changed by updateNode. */
  | 'NODE_UPDATED'
  /** A node runs another version of Kubernetes. */
  | 'NODE_UPGRADED'
  /** An operation ended CANCELED. */
  | 'OPERATION_CANCELED'
  /** An operation is being cancelled. */
  | 'OPERATION_CANCEL_REQUESTED'
  /** An operation ended FAILED. */
  | 'OPERATION_FAILED'
  /** An operation ended PARTIAL. */
  | 'OPERATION_PARTIAL'
  /** An operation was paused. */
  | 'OPERATION_PAUSED'
  /** An operation was accepted. */
  | 'OPERATION_PENDING'
  /** An operation has progressed. */
  | 'OPERATION_PROGRESS'
  /** A paused operation was resumed. */
  | 'OPERATION_RESUMED'
  /** An operation waits for the maintenance window. */
  | 'OPERATION_SCHEDULED'
  /** A stage of an operation ended. */
  | 'OPERATION_STAGE_FINISHED'
  /** A stage of an operation started. */
  | 'OPERATION_STAGE_STARTED'
  /** An operation ended SUCCEEDED. */
  | 'OPERATION_SUCCEEDED'
  /** A kind that this release does not know; see Event.type. */
  | 'OTHER'
  /** Permissions were granted. */
  | 'PERMISSIONS_GRANTED'
  /** Permissions were revoked. */
  | 'PERMISSIONS_REVOKED'
  /** A quota application was rejected. */
  | 'QUOTA_INCREASE_REJECTED'
  /** A quota application was submitted. */
  | 'QUOTA_INCREASE_REQUESTED'
  /** A quota was raised. */
  | 'QUOTA_RAISED'
  /** The scaling group of a node pool was deleted outside the platform. */
  | 'SCALING_GROUP_MISSING'
  /** The bounds of a scaling group were restored after a change outside the platform. */
  | 'SCALING_GROUP_REPAIRED'
  /** A security group was created. */
  | 'SECURITY_GROUP_CREATED'
  /** A security group was deleted. */
  | 'SECURITY_GROUP_DELETED'
  /** A security group was changed. */
  | 'SECURITY_GROUP_UPDATED'
  /** A service account was created. */
  | 'SERVICE_ACCOUNT_CREATED'
  /** A service account was deleted, and its keys and permissions with it. */
  | 'SERVICE_ACCOUNT_DELETED'
  /** A key of a service account was created. */
  | 'SERVICE_ACCOUNT_KEY_CREATED'
  /** A key of a service account was revoked. */
  | 'SERVICE_ACCOUNT_KEY_REVOKED'
  /** The cloud has reclaimed a spot instance. */
  | 'SPOT_RECLAIMED'
  /** The cloud will reclaim a spot instance. */
  | 'SPOT_RECLAIM_NOTICED'
  /** A support ticket was closed. */
  | 'SUPPORT_TICKET_CLOSED'
  /** A support ticket was opened. */
  | 'SUPPORT_TICKET_OPENED'
  /** An upgrade reached the next nodes. */
  | 'UPGRADE_BATCH_STARTED'
  /** An upgrade failed and is being rolled back. */
  | 'UPGRADE_ROLLING_BACK'
  /** An upgrade makes no progress and was paused. */
  | 'UPGRADE_STALLED'
  /** An upgrade added temporary nodes or removed them. */
  | 'UPGRADE_SURGE'
  /** The Kubernetes version of a cluster is no longer supported. */
  | 'VERSION_EXPIRED'
  /** A VPC was created. */
  | 'VPC_CREATED'
  /** A VPC was deleted. */
  | 'VPC_DELETED'
  /** A VPC was renamed. */
  | 'VPC_UPDATED'
  /** A vSwitch was created. */
  | 'VSWITCH_CREATED'
  /** A vSwitch was deleted. */
  | 'VSWITCH_DELETED'
  /** The size of a workload was changed. */
  | 'WORKLOAD_SCALED';

/** Severity of an event. */
export type EventLevel =
  /** An operation failed. */
  | 'ERROR'
  /** A success. */
  | 'INFO'
  /** A partial success, or a failure that will be retried. */
  | 'WARNING';

/** Configuration of the instances of a pool; omitted fields get defaults. */
export type InstanceConfigInput = {
  /** Charge type of the instances. Default: POSTPAID. */
  readonly chargeType?: ChargeType | null | undefined;
  /** Data disks (at most 16). Default: none. */
  readonly dataDisks?: ReadonlyArray<DiskInput> | null | undefined;
  /** Id of the image of the system disk; see Query.nodeImages. Default: Alibaba Cloud Linux 2. */
  readonly imageId?: string | null | undefined;
  /** Id of the security group. Default: the security group of the cluster. */
  readonly securityGroupId?: string | null | undefined;
  /** Maximum price of one instance per hour with SPOT_WITH_PRICE_LIMIT: greater than 0, in the currency of the cloud’s prices. */
  readonly spotPriceLimit?: number | null | undefined;
  /** Price limit strategy, with charge type SPOT only. Default: SPOT_AS_PRICE_GO. */
  readonly spotStrategy?: SpotStrategy | null | undefined;
  /** System disk. Default: 120 GiB, CLOUD_ESSD. */
  readonly systemDisk?: DiskInput | null | undefined;
  /** User data: a script that each instance runs at its first start, at most 16 KiB. Default: none. A script that names a path under which Kubernetes keeps its own data is rejected with PROTECTED_PATH. */
  readonly userData?: string | null | undefined;
  /** Ids of vSwitches of the cluster's VPC; they also determine the zones. Default: the vSwitches of the cluster. */
  readonly vSwitchIds?: ReadonlyArray<string> | null | undefined;
  /** Ids of the zones of the pool. Default: the zones of the cluster. */
  readonly zoneIds?: ReadonlyArray<string> | null | undefined;
};

/** Load balancer of an API server. */
export type LoadBalancerInput = {
  /** Charge type. Only POSTPAID is accepted: subscriptions are for instances only. */
  readonly chargeType: ChargeType;
};

/** Masters of a dedicated cluster. */
export type MastersInput = {
  /** Number of masters: exactly 3. */
  readonly count?: number | null | undefined;
  /** Instance type of each master. Default: `ecs.g7.xlarge`. */
  readonly instanceType?: string | null | undefined;
};

/** Network plugin of a cluster. */
export type NetworkPlugin =
  /** Flannel: each node has a network of its own for its pods. */
  | 'FLANNEL'
  /** Terway: pods have addresses of the VPC. */
  | 'TERWAY';

/** Autoscaling of a node pool: scales out for unschedulable pods, and in when nodes are idle and their pods fit on other nodes. */
export type NodePoolAutoscalingInput = {
  /** Whether autoscaling is enabled. While it is, the pool cannot be scaled manually. */
  readonly enabled: boolean;
  /** Maximum number of nodes, within the quota of instances per scaling group. */
  readonly maxSize: number;
  /** Minimum number of nodes: 0 to maxSize. */
  readonly minSize: number;
  /** Idle time in seconds after which a node is removed: 1 to 86400. Default: 600. */
  readonly scaleInDelaySeconds?: number | null | undefined;
  /** Utilization in percent below which a node is idle: pods request less than this share of its CPU and of its memory. 1 to 100. Default: 50 if it was never set. */
  readonly scaleInThreshold?: number | null | undefined;
};

/** A node pool to create with its cluster. */
export type NodePoolInput = {
  /** Acknowledges the risk of autoscaling on the pool that holds the system components and of repairs that reset system disks. Without it, both are rejected with RISK_NOT_ACKNOWLEDGED. Default: false. */
  readonly acknowledgeRisk?: boolean | null | undefined;
  /** Autoscaling. Default: off. */
  readonly autoscaling?: NodePoolAutoscalingInput | null | undefined;
  /** Desired number of nodes, within the quota of instances per scaling group and the bounds of autoscaling. Default: minSize with autoscaling, else 0. */
  readonly desiredSize?: number | null | undefined;
  /** Whether nodes of an edge cluster keep their pods while they are offline. Default: false. */
  readonly edgeAutonomy?: boolean | null | undefined;
  /** Whether pods share the GPUs of the nodes: they request `aliyun.com/gpu-mem` (GiB) instead of whole GPUs. Default: false. */
  readonly gpuSharing?: boolean | null | undefined;
  /** Instance configuration of the pool. */
  readonly instanceConfig?: InstanceConfigInput | null | undefined;
  /** Acceptable instance types, in order of preference (1 to 20), each with at least 4 vCPU and 8 GiB. */
  readonly instanceTypes: ReadonlyArray<string>;
  /** Labels of the nodes, as an object of strings (at most 50). */
  readonly labels?: unknown;
  /** Automatic maintenance of the pool. Default for a new pool: none. */
  readonly management?: NodePoolManagementInput | null | undefined;
  /** Name, unique in the cluster: 1 to 63 letters, Chinese characters, digits and hyphens, not beginning with a hyphen. */
  readonly name: string;
  /** Container runtime. Default: CONTAINERD. */
  readonly runtime?: ContainerRuntime | null | undefined;
  /** Taints of the nodes (at most 50). */
  readonly taints?: ReadonlyArray<TaintInput> | null | undefined;
};

/** Automatic maintenance of a managed pool. Omitted fields stay unchanged; in a new pool they are off. */
export type NodePoolManagementInput = {
  /** Whether a repair may replace the system disk of a node if a restart does not fix it. Data on the old disk is lost, so true needs acknowledgeRisk; keep data on data disks, NAS or OSS. */
  readonly allowSystemDiskReset?: boolean | null | undefined;
  /** Whether to repair nodes that are not ready, first by a restart. */
  readonly autoRepair?: boolean | null | undefined;
  /** Kubernetes is upgraded automatically: if all node pools of a cluster enable this, the cluster is upgraded, in its maintenance window, to the newest version of its upgradeTargets. Without an enabled window, or while a check blocks (event AUTOMATIC_UPGRADE_BLOCKED), it is not upgraded. */
  readonly autoUpgrade?: boolean | null | undefined;
  /** Kubernetes security patches are installed automatically: if all node pools of a cluster enable this or autoUpgrade, the cluster is upgraded, in its maintenance window, to the newest patch of its minor version. */
  readonly autoVulFix?: boolean | null | undefined;
  /** Maximum number of nodes repaired at the same time: 1 to 1000. */
  readonly maxUnavailable?: number | null | undefined;
};

/** State of a node pool, by the names of the ACK API. */
export type NodePoolState =
  /** No change is in progress; the pool has all the nodes that it can have. */
  | 'ACTIVE'
  /** Being deleted. */
  | 'DELETING'
  /** Creation failed. */
  | 'FAILED'
  /** Being created. */
  | 'INITIAL'
  /** Nodes are being removed. */
  | 'REMOVING'
  /** Nodes are being added or removed. */
  | 'SCALING'
  /** The scaling group was deleted in the cloud; create a new pool. */
  | 'UNHEALTHY'
  /** Its configuration is being changed. */
  | 'UPDATING';

/** State of an operation or of one of its stages. */
export type OperationState =
  /** Cancelled on request. */
  | 'CANCELED'
  /** No requested item exists; see error. */
  | 'FAILED'
  /** Some of the requested items exist; see result and error. */
  | 'PARTIAL'
  /** Not started. */
  | 'PENDING'
  /** In progress. */
  | 'RUNNING'
  /** Every requested item exists. */
  | 'SUCCEEDED';

/** A kind of cluster as it is offered, limited and billed; it follows from type, profile and spec. */
export type Product =
  /** Dedicated Kubernetes: the control plane runs on the account's own nodes. */
  | 'ACK_DEDICATED'
  /** Managed Kubernetes, Pro: the platform runs the control plane, with a service level. */
  | 'ACK_PRO'
  /** Managed Kubernetes, standard: the platform runs the control plane. */
  | 'ACK_STANDARD'
  /** Serverless Kubernetes, Pro: pods without nodes to manage. */
  | 'ASK_PRO'
  /** Serverless Kubernetes, standard: pods without nodes to manage. */
  | 'ASK_STANDARD'
  /** Managed Kubernetes for nodes at the edge, Pro. */
  | 'EDGE_PRO'
  /** Managed Kubernetes for nodes at the edge, standard. */
  | 'EDGE_STANDARD'
  /** A cluster that was created elsewhere and registered with the platform. */
  | 'REGISTERED';

/** Filter of quotas; all conditions are combined with AND. */
export type QuotaFilter = {
  /** True: quotas that requestQuotaIncrease can raise; false: the others. */
  readonly adjustable?: boolean | null | undefined;
  /** Quotas of this cluster with its use, as in Cluster.quotas; none when the account has no such cluster. */
  readonly clusterId?: string | null | undefined;
  /** Only quotas with usage. */
  readonly onlyUsed?: boolean | null | undefined;
  /** Quotas of this product. */
  readonly product?: Product | null | undefined;
  /** Quotas of this resource, e.g. `payg-vcpu`. */
  readonly resource?: string | null | undefined;
  /** Quotas of this scope. */
  readonly scope?: QuotaScope | null | undefined;
};

/** Scope of the limit of a quota. */
export type QuotaScope =
  /** The whole account. */
  | 'ACCOUNT'
  /** Each cluster. */
  | 'CLUSTER'
  /** Each instance of the cloud. */
  | 'INSTANCE'
  /** Each load balancer. */
  | 'LOAD_BALANCER'
  /** Each node. */
  | 'NODE'
  /** Each node pool. */
  | 'NODE_POOL'
  /** Each route table. */
  | 'ROUTE_TABLE'
  /** Each security group. */
  | 'SECURITY_GROUP'
  /** Each virtual network. */
  | 'VPC';

/** A new size of a node pool. */
export type ScaleNodePoolInput = {
  /** Idempotency token, 1 to 128 characters: a repetition with the same token and input returns the first response. Use a new one for each request. */
  readonly clientToken?: string | null | undefined;
  /** Desired number of nodes, within the quota of instances per scaling group. */
  readonly desiredSize: number;
  /** Id of the node pool. */
  readonly nodePoolId: string;
};

/** The desired size of a workload. */
export type ScaleWorkloadInput = {
  /** Idempotency token, 1 to 128 characters: a repetition with the same token and input returns the first response. Use a new one for each request. */
  readonly clientToken?: string | null | undefined;
  /** Namespace of the workload. Immutable: the current value is accepted, another one is rejected with IMMUTABLE_FIELD. */
  readonly namespace?: string | null | undefined;
  /** Desired number of pods, 0 to 100,000. */
  readonly replicas: number;
  /** A deployment, stateful set or replica set. */
  readonly workloadId: string;
};

/** Price limit of spot instances. */
export type SpotStrategy =
  /** The current price, at most that of pay-as-you-go. */
  | 'SPOT_AS_PRICE_GO'
  /** At most spotPriceLimit. */
  | 'SPOT_WITH_PRICE_LIMIT';

/** Plugin that provides the volumes of the pods of a cluster. */
export type StoragePlugin =
  /** Container Storage Interface. */
  | 'CSI'
  /** FlexVolume, the older one. */
  | 'FLEXVOLUME';

/** Effect of a taint on pods that do not tolerate it. */
export type TaintEffect =
  /** They are not scheduled to the node, and are evicted from it. */
  | 'NO_EXECUTE'
  /** They are not scheduled to the node. */
  | 'NO_SCHEDULE'
  /** They are scheduled to the node only if no other one fits. */
  | 'PREFER_NO_SCHEDULE';

/** A taint of the nodes of a pool. */
export type TaintInput = {
  /** Effect of the taint. */
  readonly effect: TaintEffect;
  /** Key of the taint. */
  readonly key: string;
  /** Value of the taint. Null for an empty value. */
  readonly value?: string | null | undefined;
};

/** Change of a cluster; omitted fields stay unchanged. */
export type UpdateClusterInput = {
  /** Labels of a registered cluster are changed only with true: applications there may depend on them. */
  readonly acknowledgeRisk?: boolean | null | undefined;
  /** Whose users the API server authenticates. With KUBERNETES it rejects the kubeconfigs of the platform within seconds and ends their watches and execs. Rejected with INVALID_INPUT for registered clusters. */
  readonly authenticationMode?: AuthenticationMode | null | undefined;
  /** Immutable: the current value is accepted, another one is rejected with IMMUTABLE_FIELD. */
  readonly capability?: ClusterCapability | null | undefined;
  /** Idempotency token, 1 to 128 characters: a repetition with the same token and input returns the first response. Use a new one for each request. */
  readonly clientToken?: string | null | undefined;
  /** Turn deletion protection on or off. */
  readonly deletionProtection?: boolean | null | undefined;
  /** Id of the cluster. */
  readonly id: string;
  /** All labels: replaces the map. */
  readonly labels?: unknown;
  /** Masters. Immutable: the current value is accepted, another one is rejected with IMMUTABLE_FIELD. */
  readonly masterCount?: number | null | undefined;
  /** New name. */
  readonly name?: string | null | undefined;
  /** Immutable: the current value is accepted, another one is rejected with IMMUTABLE_FIELD. */
  readonly networkPlugin?: NetworkPlugin | null | undefined;
  /** Immutable: the current value is accepted, another one is rejected with IMMUTABLE_FIELD. */
  readonly profile?: ClusterProfile | null | undefined;
  /** Immutable: the current value is accepted, another one is rejected with IMMUTABLE_FIELD. */
  readonly regionId?: string | null | undefined;
  /** Reject with CONFLICT unless this is the current version. */
  readonly resourceVersion?: string | number | null | undefined;
  /** Immutable: the current value is accepted, another one is rejected with IMMUTABLE_FIELD. (ACK Standard becomes Pro by migrateCluster.) */
  readonly spec?: ClusterSpec | null | undefined;
  /** Immutable: the current value is accepted, another one is rejected with IMMUTABLE_FIELD. */
  readonly storagePlugin?: StoragePlugin | null | undefined;
  /** Immutable: the current value is accepted, another one is rejected with IMMUTABLE_FIELD. */
  readonly type?: ClusterType | null | undefined;
  /** Immutable: the current value is accepted, another one is rejected with IMMUTABLE_FIELD. */
  readonly vpcId?: string | null | undefined;
};

/** An upgrade of the Kubernetes version of a cluster. */
export type UpgradeClusterInput = {
  /** Idempotency token, 1 to 128 characters: a repetition with the same token and input returns the first response. Use a new one for each request. */
  readonly clientToken?: string | null | undefined;
  /** Id of the cluster. */
  readonly id: string;
  /** How the nodes are upgraded. Default: a tenth of each pool at a time. */
  readonly rollingPolicy?: UpgradeRollingPolicyInput | null | undefined;
  /** When the change starts. Default: MAINTENANCE_WINDOW if the cluster has an enabled maintenance window, else IMMEDIATE. */
  readonly timing?: ChangeTiming | null | undefined;
  /** One of `version.upgradeTargets`, as patch or minor (its newest patch). */
  readonly version: string;
};

/** When an upgrade of nodes pauses automatically; resumeOperation continues it. */
export type UpgradePausePolicy =
  /** After each batch of nodes. */
  | 'EVERY_BATCH'
  /** After the first batch of nodes. */
  | 'FIRST_BATCH'
  /** Never. */
  | 'NOT_PAUSE';

/** How the nodes of a cluster are upgraded, pool by pool. */
export type UpgradeRollingPolicyInput = {
  /** Nodes of a pool that are cordoned, drained and upgraded at the same time: 1 to 20. Default: a tenth. */
  readonly batchSize?: number | null | undefined;
  /** When the upgrade pauses automatically. Default: NOT_PAUSE. */
  readonly pausePolicy?: UpgradePausePolicy | null | undefined;
  /** Temporary additional nodes of a pool during its upgrade: 0 to 20, within quotas and its bounds. Default: 0. */
  readonly surge?: number | null | undefined;
};

/** Filter of workloads; all conditions are combined with AND. */
export type WorkloadFilter = {
  /** Workloads of this cluster. */
  readonly clusterId?: string | null | undefined;
  /** Also workloads that another workload created: replica sets of deployments, jobs of cron jobs. Default: only when `kind` is given. */
  readonly includeOwned?: boolean | null | undefined;
  /** Workloads of this kind. */
  readonly kind?: WorkloadKind | null | undefined;
  /** Workloads whose labels match a Kubernetes label selector, e.g. `app=web,tier!=cache`. */
  readonly labelSelector?: string | null | undefined;
  /** Workloads whose name contains this text. */
  readonly nameContains?: string | null | undefined;
  /** Workloads in this namespace. */
  readonly namespace?: string | null | undefined;
};

/** Kinds of workloads of Kubernetes. */
export type WorkloadKind =
  /** Creates jobs on a schedule. */
  | 'CRON_JOB'
  /** One pod on each node. */
  | 'DAEMON_SET'
  /** Interchangeable pods with rolling updates. */
  | 'DEPLOYMENT'
  /** Pods that run to completion. */
  | 'JOB'
  /** Interchangeable pods without updates; mostly created by a deployment. */
  | 'REPLICA_SET'
  /** Pods with an identity and storage of their own. */
  | 'STATEFUL_SET';

export type ListRegionsQueryVariables = Exact<{ [key: string]: never; }>;


export type ListRegionsQuery = { readonly regions: ReadonlyArray<{ readonly id: string, readonly name: string, readonly city: string, readonly cloud: Cloud, readonly timeZone: { readonly id: string, readonly utcOffset: string, readonly localTime: string }, readonly products: ReadonlyArray<{ readonly product: Product, readonly availability: Availability }> }> };

export type ListQuotasQueryVariables = Exact<{
  filter?: QuotaFilter | null | undefined;
}>;


export type ListQuotasQuery = { readonly quotas: ReadonlyArray<{ readonly id: string, readonly resource: string, readonly description: string, readonly limit: number | null, readonly used: number, readonly unit: string, readonly adjustable: boolean }> };

export type ClusterSummaryFragment = { readonly id: string, readonly name: string, readonly state: ClusterState, readonly product: Product, readonly createdAt: string, readonly resourceVersion: string, readonly region: { readonly id: string, readonly name: string }, readonly version: { readonly id: string } };

export type ListClustersQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: ClusterFilter | null | undefined;
}>;


export type ListClustersQuery = { readonly clusters: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly state: ClusterState, readonly product: Product, readonly createdAt: string, readonly resourceVersion: string, readonly region: { readonly id: string, readonly name: string }, readonly version: { readonly id: string } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type GetClusterQueryVariables = Exact<{
  id: string;
}>;


export type GetClusterQuery = { readonly cluster: { readonly type: ClusterType, readonly profile: ClusterProfile, readonly spec: ClusterSpec | null, readonly deletionProtection: boolean, readonly labels: unknown, readonly id: string, readonly name: string, readonly state: ClusterState, readonly product: Product, readonly createdAt: string, readonly resourceVersion: string, readonly timeZone: { readonly id: string }, readonly conditions: ReadonlyArray<{ readonly type: string, readonly status: string, readonly reason: string | null, readonly message: string | null, readonly lastTransitionAt: string }>, readonly nodePools: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly state: NodePoolState, readonly desiredSize: number, readonly totalNodes: number, readonly healthyNodes: number, readonly failedNodes: number }> }, readonly region: { readonly id: string, readonly name: string }, readonly version: { readonly id: string } } | null };

export type GetKubeconfigQueryVariables = Exact<{
  clusterId: string;
  ttlMinutes?: number | null | undefined;
}>;


export type GetKubeconfigQuery = { readonly cluster: { readonly kubeconfig: { readonly yaml: string, readonly expiresAt: string } | null } | null };

export type CreateClusterMutationVariables = Exact<{
  input: CreateClusterInput;
  dryRun?: boolean | null | undefined;
}>;


export type CreateClusterMutation = { readonly createCluster: { readonly cluster: { readonly id: string, readonly name: string, readonly state: ClusterState, readonly product: Product, readonly createdAt: string, readonly resourceVersion: string, readonly nodePools: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string }> }, readonly region: { readonly id: string, readonly name: string }, readonly version: { readonly id: string } } | null, readonly operation: { readonly id: string, readonly type: string, readonly state: OperationState, readonly progress: number, readonly createdAt: string, readonly finishedAt: string | null, readonly stages: ReadonlyArray<{ readonly name: string, readonly state: OperationState, readonly startedAt: string | null, readonly finishedAt: string | null, readonly message: string | null }>, readonly result: { readonly requested: number, readonly created: number, readonly failed: number, readonly failures: ReadonlyArray<
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        > } | null, readonly error:
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
       | null } | null, readonly userErrors: ReadonlyArray<
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
    > } };

export type UpdateClusterMutationVariables = Exact<{
  input: UpdateClusterInput;
}>;


export type UpdateClusterMutation = { readonly updateCluster: { readonly cluster: { readonly id: string, readonly name: string, readonly state: ClusterState, readonly product: Product, readonly createdAt: string, readonly resourceVersion: string, readonly region: { readonly id: string, readonly name: string }, readonly version: { readonly id: string } } | null, readonly userErrors: ReadonlyArray<
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
    > } };

export type UpgradeClusterMutationVariables = Exact<{
  input: UpgradeClusterInput;
  dryRun?: boolean | null | undefined;
}>;


export type UpgradeClusterMutation = { readonly upgradeCluster: { readonly cluster: { readonly id: string, readonly name: string, readonly state: ClusterState, readonly product: Product, readonly createdAt: string, readonly resourceVersion: string, readonly region: { readonly id: string, readonly name: string }, readonly version: { readonly id: string } } | null, readonly operation: { readonly id: string, readonly type: string, readonly state: OperationState, readonly progress: number, readonly createdAt: string, readonly finishedAt: string | null, readonly stages: ReadonlyArray<{ readonly name: string, readonly state: OperationState, readonly startedAt: string | null, readonly finishedAt: string | null, readonly message: string | null }>, readonly result: { readonly requested: number, readonly created: number, readonly failed: number, readonly failures: ReadonlyArray<
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        > } | null, readonly error:
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
       | null } | null, readonly userErrors: ReadonlyArray<
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
    > } };

export type DeleteClusterMutationVariables = Exact<{
  input: DeleteClusterInput;
}>;


export type DeleteClusterMutation = { readonly deleteCluster: { readonly cluster: { readonly id: string, readonly name: string, readonly state: ClusterState, readonly product: Product, readonly createdAt: string, readonly resourceVersion: string, readonly region: { readonly id: string, readonly name: string }, readonly version: { readonly id: string } } | null, readonly operation: { readonly id: string, readonly type: string, readonly state: OperationState, readonly progress: number, readonly createdAt: string, readonly finishedAt: string | null, readonly stages: ReadonlyArray<{ readonly name: string, readonly state: OperationState, readonly startedAt: string | null, readonly finishedAt: string | null, readonly message: string | null }>, readonly result: { readonly requested: number, readonly created: number, readonly failed: number, readonly failures: ReadonlyArray<
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        > } | null, readonly error:
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
       | null } | null, readonly userErrors: ReadonlyArray<
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
    > } };

export type WatchClustersSubscriptionVariables = Exact<{
  filter?: ClusterFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type WatchClustersSubscription = { readonly watchClusters: { readonly type: ClusterChangeType, readonly cursor: string, readonly cluster: { readonly id: string, readonly name: string, readonly state: ClusterState, readonly product: Product, readonly createdAt: string, readonly resourceVersion: string, readonly region: { readonly id: string, readonly name: string }, readonly version: { readonly id: string } } | null } };

export type ProvisioningEventsSubscriptionVariables = Exact<{
  clusterId?: string | null | undefined;
  after?: string | null | undefined;
}>;


export type ProvisioningEventsSubscription = { readonly provisioningEvents: { readonly id: string, readonly cursor: string, readonly at: string, readonly type: string, readonly level: EventLevel, readonly reason: string, readonly message: string, readonly cluster: { readonly id: string, readonly name: string, readonly state: ClusterState } | null, readonly nodePool: { readonly id: string, readonly name: string } | null, readonly operation: { readonly id: string, readonly progress: number } | null } };

export type ScalingEventsSubscriptionVariables = Exact<{
  clusterId?: string | null | undefined;
  after?: string | null | undefined;
}>;


export type ScalingEventsSubscription = { readonly scalingEvents: { readonly id: string, readonly cursor: string, readonly at: string, readonly type: string, readonly level: EventLevel, readonly reason: string, readonly message: string, readonly fromSize: number, readonly toSize: number, readonly trigger: string, readonly target:
      | { readonly __typename: 'NodePool', readonly id: string, readonly name: string }
      | { readonly __typename: 'Workload', readonly id: string, readonly name: string, readonly namespace: string }
     | null } };

export type EventsSubscriptionVariables = Exact<{
  filter?: EventFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type EventsSubscription = { readonly events:
    | { readonly id: string, readonly cursor: string, readonly at: string, readonly type: string, readonly level: EventLevel, readonly reason: string, readonly message: string }
    | { readonly id: string, readonly cursor: string, readonly at: string, readonly type: string, readonly level: EventLevel, readonly reason: string, readonly message: string }
    | { readonly id: string, readonly cursor: string, readonly at: string, readonly type: string, readonly level: EventLevel, readonly reason: string, readonly message: string }
    | { readonly id: string, readonly cursor: string, readonly at: string, readonly type: string, readonly level: EventLevel, readonly reason: string, readonly message: string }
    | { readonly id: string, readonly cursor: string, readonly at: string, readonly type: string, readonly level: EventLevel, readonly reason: string, readonly message: string }
    | { readonly id: string, readonly cursor: string, readonly at: string, readonly type: string, readonly level: EventLevel, readonly reason: string, readonly message: string }
   };

export type CreateNodePoolMutationVariables = Exact<{
  input: CreateNodePoolInput;
  dryRun?: boolean | null | undefined;
}>;


export type CreateNodePoolMutation = { readonly createNodePool: { readonly nodePool: { readonly id: string, readonly name: string, readonly state: NodePoolState, readonly desiredSize: number } | null, readonly operation: { readonly id: string, readonly type: string, readonly state: OperationState, readonly progress: number, readonly createdAt: string, readonly finishedAt: string | null, readonly stages: ReadonlyArray<{ readonly name: string, readonly state: OperationState, readonly startedAt: string | null, readonly finishedAt: string | null, readonly message: string | null }>, readonly result: { readonly requested: number, readonly created: number, readonly failed: number, readonly failures: ReadonlyArray<
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        > } | null, readonly error:
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
       | null } | null, readonly userErrors: ReadonlyArray<
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
    > } };

export type ScaleNodePoolMutationVariables = Exact<{
  input: ScaleNodePoolInput;
  dryRun?: boolean | null | undefined;
}>;


export type ScaleNodePoolMutation = { readonly scaleNodePool: { readonly nodePool: { readonly id: string, readonly name: string, readonly state: NodePoolState, readonly desiredSize: number } | null, readonly operation: { readonly id: string, readonly type: string, readonly state: OperationState, readonly progress: number, readonly createdAt: string, readonly finishedAt: string | null, readonly stages: ReadonlyArray<{ readonly name: string, readonly state: OperationState, readonly startedAt: string | null, readonly finishedAt: string | null, readonly message: string | null }>, readonly result: { readonly requested: number, readonly created: number, readonly failed: number, readonly failures: ReadonlyArray<
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        > } | null, readonly error:
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
       | null } | null, readonly userErrors: ReadonlyArray<
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
    > } };

export type DeleteNodePoolMutationVariables = Exact<{
  input: DeleteNodePoolInput;
}>;


export type DeleteNodePoolMutation = { readonly deleteNodePool: { readonly operation: { readonly id: string, readonly type: string, readonly state: OperationState, readonly progress: number, readonly createdAt: string, readonly finishedAt: string | null, readonly stages: ReadonlyArray<{ readonly name: string, readonly state: OperationState, readonly startedAt: string | null, readonly finishedAt: string | null, readonly message: string | null }>, readonly result: { readonly requested: number, readonly created: number, readonly failed: number, readonly failures: ReadonlyArray<
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        > } | null, readonly error:
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
       | null } | null, readonly userErrors: ReadonlyArray<
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
    > } };

type Problem_ForbiddenError_Fragment = { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null };

type Problem_InputError_Fragment = { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null };

type Problem_ProductUnavailableError_Fragment = { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null };

type Problem_QuotaExceededError_Fragment = { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null };

type Problem_ThrottledError_Fragment = { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null };

export type ProblemFragment =
  | Problem_ForbiddenError_Fragment
  | Problem_InputError_Fragment
  | Problem_ProductUnavailableError_Fragment
  | Problem_QuotaExceededError_Fragment
  | Problem_ThrottledError_Fragment
;

export type OperationStatusFragment = { readonly id: string, readonly type: string, readonly state: OperationState, readonly progress: number, readonly createdAt: string, readonly finishedAt: string | null, readonly stages: ReadonlyArray<{ readonly name: string, readonly state: OperationState, readonly startedAt: string | null, readonly finishedAt: string | null, readonly message: string | null }>, readonly result: { readonly requested: number, readonly created: number, readonly failed: number, readonly failures: ReadonlyArray<
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
    > } | null, readonly error:
    | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
    | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
   | null };

export type GetOperationQueryVariables = Exact<{
  id: string;
}>;


export type GetOperationQuery = { readonly operation: { readonly id: string, readonly type: string, readonly state: OperationState, readonly progress: number, readonly createdAt: string, readonly finishedAt: string | null, readonly stages: ReadonlyArray<{ readonly name: string, readonly state: OperationState, readonly startedAt: string | null, readonly finishedAt: string | null, readonly message: string | null }>, readonly result: { readonly requested: number, readonly created: number, readonly failed: number, readonly failures: ReadonlyArray<
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      > } | null, readonly error:
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
     | null } | null };

export type CancelOperationMutationVariables = Exact<{
  input: CancelOperationInput;
}>;


export type CancelOperationMutation = { readonly cancelOperation: { readonly operation: { readonly id: string, readonly type: string, readonly state: OperationState, readonly progress: number, readonly createdAt: string, readonly finishedAt: string | null, readonly stages: ReadonlyArray<{ readonly name: string, readonly state: OperationState, readonly startedAt: string | null, readonly finishedAt: string | null, readonly message: string | null }>, readonly result: { readonly requested: number, readonly created: number, readonly failed: number, readonly failures: ReadonlyArray<
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
          | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        > } | null, readonly error:
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
       | null } | null, readonly userErrors: ReadonlyArray<
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
    > } };

export type OperationProgressSubscriptionVariables = Exact<{
  id: string;
}>;


export type OperationProgressSubscription = { readonly operationProgress: { readonly id: string, readonly type: string, readonly state: OperationState, readonly progress: number, readonly createdAt: string, readonly finishedAt: string | null, readonly stages: ReadonlyArray<{ readonly name: string, readonly state: OperationState, readonly startedAt: string | null, readonly finishedAt: string | null, readonly message: string | null }>, readonly result: { readonly requested: number, readonly created: number, readonly failed: number, readonly failures: ReadonlyArray<
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
        | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      > } | null, readonly error:
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
     | null } };

export type WorkloadSummaryFragment = { readonly id: string, readonly namespace: string, readonly name: string, readonly kind: WorkloadKind, readonly replicas: number, readonly readyReplicas: number, readonly images: ReadonlyArray<string> };

export type ListWorkloadsQueryVariables = Exact<{
  clusterId: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: WorkloadFilter | null | undefined;
}>;


export type ListWorkloadsQuery = { readonly cluster: { readonly workloads: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly namespace: string, readonly name: string, readonly kind: WorkloadKind, readonly replicas: number, readonly readyReplicas: number, readonly images: ReadonlyArray<string> }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } } | null };

export type GetWorkloadQueryVariables = Exact<{
  id: string;
  pods?: number | null | undefined;
}>;


export type GetWorkloadQuery = { readonly workload: { readonly id: string, readonly namespace: string, readonly name: string, readonly kind: WorkloadKind, readonly replicas: number, readonly readyReplicas: number, readonly images: ReadonlyArray<string>, readonly pods: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly phase: string, readonly nodeName: string | null, readonly restarts: number }> } } | null };

export type ApplyManifestMutationVariables = Exact<{
  input: ApplyManifestInput;
  dryRun?: boolean | null | undefined;
}>;


export type ApplyManifestMutation = { readonly applyManifest: { readonly userErrors: ReadonlyArray<
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
    > } };

export type ScaleWorkloadMutationVariables = Exact<{
  input: ScaleWorkloadInput;
  dryRun?: boolean | null | undefined;
}>;


export type ScaleWorkloadMutation = { readonly scaleWorkload: { readonly workload: { readonly id: string, readonly namespace: string, readonly name: string, readonly kind: WorkloadKind, readonly replicas: number, readonly readyReplicas: number, readonly images: ReadonlyArray<string> } | null, readonly userErrors: ReadonlyArray<
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
    > } };

export const ClusterSummaryFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ClusterSummary"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Cluster"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"product"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"resourceVersion"}},{"kind":"Field","name":{"kind":"Name","value":"region"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"version"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]} as unknown as DocumentNode<ClusterSummaryFragment, unknown>;
export const ProblemFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}}]} as unknown as DocumentNode<ProblemFragment, unknown>;
export const OperationStatusFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"OperationStatus"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Operation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"stages"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requested"}},{"kind":"Field","name":{"kind":"Name","value":"created"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"failures"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}}]} as unknown as DocumentNode<OperationStatusFragment, unknown>;
export const WorkloadSummaryFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WorkloadSummary"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Workload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"namespace"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"replicas"}},{"kind":"Field","name":{"kind":"Name","value":"readyReplicas"}},{"kind":"Field","name":{"kind":"Name","value":"images"}}]}}]} as unknown as DocumentNode<WorkloadSummaryFragment, unknown>;
export const ListRegionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ListRegions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"regions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"city"}},{"kind":"Field","name":{"kind":"Name","value":"cloud"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"utcOffset"}},{"kind":"Field","name":{"kind":"Name","value":"localTime"}}]}},{"kind":"Field","name":{"kind":"Name","value":"products"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"product"}},{"kind":"Field","name":{"kind":"Name","value":"availability"}}]}}]}}]}}]} as unknown as DocumentNode<ListRegionsQuery, ListRegionsQueryVariables>;
export const ListQuotasDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ListQuotas"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"QuotaFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"quotas"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"resource"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"used"}},{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"adjustable"}}]}}]}}]} as unknown as DocumentNode<ListQuotasQuery, ListQuotasQueryVariables>;
export const ListClustersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ListClusters"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ClusterFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"clusters"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ClusterSummary"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ClusterSummary"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Cluster"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"product"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"resourceVersion"}},{"kind":"Field","name":{"kind":"Name","value":"region"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"version"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]} as unknown as DocumentNode<ListClustersQuery, ListClustersQueryVariables>;
export const GetClusterDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"GetCluster"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cluster"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ClusterSummary"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"profile"}},{"kind":"Field","name":{"kind":"Name","value":"spec"}},{"kind":"Field","name":{"kind":"Name","value":"deletionProtection"}},{"kind":"Field","name":{"kind":"Name","value":"labels"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"conditions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"lastTransitionAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodePools"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"desiredSize"}},{"kind":"Field","name":{"kind":"Name","value":"totalNodes"}},{"kind":"Field","name":{"kind":"Name","value":"healthyNodes"}},{"kind":"Field","name":{"kind":"Name","value":"failedNodes"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ClusterSummary"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Cluster"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"product"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"resourceVersion"}},{"kind":"Field","name":{"kind":"Name","value":"region"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"version"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]} as unknown as DocumentNode<GetClusterQuery, GetClusterQueryVariables>;
export const GetKubeconfigDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"GetKubeconfig"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"clusterId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"ttlMinutes"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cluster"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"clusterId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kubeconfig"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"ttlMinutes"},"value":{"kind":"Variable","name":{"kind":"Name","value":"ttlMinutes"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"yaml"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]}}]}}]} as unknown as DocumentNode<GetKubeconfigQuery, GetKubeconfigQueryVariables>;
export const CreateClusterDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateCluster"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateClusterInput"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"dryRun"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createCluster"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}},{"kind":"Argument","name":{"kind":"Name","value":"dryRun"},"value":{"kind":"Variable","name":{"kind":"Name","value":"dryRun"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cluster"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ClusterSummary"}},{"kind":"Field","name":{"kind":"Name","value":"nodePools"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"operation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"OperationStatus"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ClusterSummary"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Cluster"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"product"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"resourceVersion"}},{"kind":"Field","name":{"kind":"Name","value":"region"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"version"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"OperationStatus"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Operation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"stages"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requested"}},{"kind":"Field","name":{"kind":"Name","value":"created"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"failures"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]} as unknown as DocumentNode<CreateClusterMutation, CreateClusterMutationVariables>;
export const UpdateClusterDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateCluster"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateClusterInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateCluster"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cluster"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ClusterSummary"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ClusterSummary"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Cluster"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"product"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"resourceVersion"}},{"kind":"Field","name":{"kind":"Name","value":"region"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"version"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}}]} as unknown as DocumentNode<UpdateClusterMutation, UpdateClusterMutationVariables>;
export const UpgradeClusterDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpgradeCluster"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpgradeClusterInput"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"dryRun"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"upgradeCluster"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}},{"kind":"Argument","name":{"kind":"Name","value":"dryRun"},"value":{"kind":"Variable","name":{"kind":"Name","value":"dryRun"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cluster"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ClusterSummary"}}]}},{"kind":"Field","name":{"kind":"Name","value":"operation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"OperationStatus"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ClusterSummary"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Cluster"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"product"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"resourceVersion"}},{"kind":"Field","name":{"kind":"Name","value":"region"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"version"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"OperationStatus"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Operation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"stages"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requested"}},{"kind":"Field","name":{"kind":"Name","value":"created"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"failures"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]} as unknown as DocumentNode<UpgradeClusterMutation, UpgradeClusterMutationVariables>;
export const DeleteClusterDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteCluster"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DeleteClusterInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteCluster"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cluster"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ClusterSummary"}}]}},{"kind":"Field","name":{"kind":"Name","value":"operation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"OperationStatus"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ClusterSummary"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Cluster"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"product"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"resourceVersion"}},{"kind":"Field","name":{"kind":"Name","value":"region"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"version"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"OperationStatus"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Operation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"stages"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requested"}},{"kind":"Field","name":{"kind":"Name","value":"created"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"failures"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]} as unknown as DocumentNode<DeleteClusterMutation, DeleteClusterMutationVariables>;
export const WatchClustersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"WatchClusters"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ClusterFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"EventCursor"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"watchClusters"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"cluster"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ClusterSummary"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ClusterSummary"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Cluster"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"product"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"resourceVersion"}},{"kind":"Field","name":{"kind":"Name","value":"region"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"version"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]} as unknown as DocumentNode<WatchClustersSubscription, WatchClustersSubscriptionVariables>;
export const ProvisioningEventsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"ProvisioningEvents"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"clusterId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"EventCursor"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provisioningEvents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"clusterId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"clusterId"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"level"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"cluster"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodePool"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"operation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}}]}}]}}]}}]} as unknown as DocumentNode<ProvisioningEventsSubscription, ProvisioningEventsSubscriptionVariables>;
export const ScalingEventsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"ScalingEvents"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"clusterId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"EventCursor"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"scalingEvents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"clusterId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"clusterId"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"level"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"fromSize"}},{"kind":"Field","name":{"kind":"Name","value":"toSize"}},{"kind":"Field","name":{"kind":"Name","value":"trigger"}},{"kind":"Field","name":{"kind":"Name","value":"target"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"NodePool"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Workload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"namespace"}}]}}]}}]}}]}}]} as unknown as DocumentNode<ScalingEventsSubscription, ScalingEventsSubscriptionVariables>;
export const EventsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"Events"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"EventFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"EventCursor"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"events"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"level"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]} as unknown as DocumentNode<EventsSubscription, EventsSubscriptionVariables>;
export const CreateNodePoolDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateNodePool"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateNodePoolInput"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"dryRun"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createNodePool"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}},{"kind":"Argument","name":{"kind":"Name","value":"dryRun"},"value":{"kind":"Variable","name":{"kind":"Name","value":"dryRun"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodePool"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"desiredSize"}}]}},{"kind":"Field","name":{"kind":"Name","value":"operation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"OperationStatus"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"OperationStatus"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Operation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"stages"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requested"}},{"kind":"Field","name":{"kind":"Name","value":"created"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"failures"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]} as unknown as DocumentNode<CreateNodePoolMutation, CreateNodePoolMutationVariables>;
export const ScaleNodePoolDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ScaleNodePool"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ScaleNodePoolInput"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"dryRun"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"scaleNodePool"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}},{"kind":"Argument","name":{"kind":"Name","value":"dryRun"},"value":{"kind":"Variable","name":{"kind":"Name","value":"dryRun"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodePool"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"desiredSize"}}]}},{"kind":"Field","name":{"kind":"Name","value":"operation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"OperationStatus"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"OperationStatus"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Operation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"stages"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requested"}},{"kind":"Field","name":{"kind":"Name","value":"created"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"failures"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]} as unknown as DocumentNode<ScaleNodePoolMutation, ScaleNodePoolMutationVariables>;
export const DeleteNodePoolDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteNodePool"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DeleteNodePoolInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteNodePool"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"operation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"OperationStatus"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"OperationStatus"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Operation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"stages"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requested"}},{"kind":"Field","name":{"kind":"Name","value":"created"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"failures"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]} as unknown as DocumentNode<DeleteNodePoolMutation, DeleteNodePoolMutationVariables>;
export const GetOperationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"GetOperation"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"operation"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"OperationStatus"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"OperationStatus"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Operation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"stages"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requested"}},{"kind":"Field","name":{"kind":"Name","value":"created"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"failures"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]} as unknown as DocumentNode<GetOperationQuery, GetOperationQueryVariables>;
export const CancelOperationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CancelOperation"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CancelOperationInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cancelOperation"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"operation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"OperationStatus"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"OperationStatus"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Operation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"stages"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requested"}},{"kind":"Field","name":{"kind":"Name","value":"created"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"failures"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]} as unknown as DocumentNode<CancelOperationMutation, CancelOperationMutationVariables>;
export const OperationProgressDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"OperationProgress"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"operationProgress"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"OperationStatus"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"OperationStatus"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Operation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"progress"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"stages"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"finishedAt"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requested"}},{"kind":"Field","name":{"kind":"Name","value":"created"}},{"kind":"Field","name":{"kind":"Name","value":"failed"}},{"kind":"Field","name":{"kind":"Name","value":"failures"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]} as unknown as DocumentNode<OperationProgressSubscription, OperationProgressSubscriptionVariables>;
export const ListWorkloadsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ListWorkloads"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"clusterId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"WorkloadFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cluster"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"clusterId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"workloads"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WorkloadSummary"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WorkloadSummary"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Workload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"namespace"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"replicas"}},{"kind":"Field","name":{"kind":"Name","value":"readyReplicas"}},{"kind":"Field","name":{"kind":"Name","value":"images"}}]}}]} as unknown as DocumentNode<ListWorkloadsQuery, ListWorkloadsQueryVariables>;
export const GetWorkloadDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"GetWorkload"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"pods"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}},"defaultValue":{"kind":"IntValue","value":"50"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"workload"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WorkloadSummary"}},{"kind":"Field","name":{"kind":"Name","value":"pods"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"pods"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"phase"}},{"kind":"Field","name":{"kind":"Name","value":"nodeName"}},{"kind":"Field","name":{"kind":"Name","value":"restarts"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WorkloadSummary"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Workload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"namespace"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"replicas"}},{"kind":"Field","name":{"kind":"Name","value":"readyReplicas"}},{"kind":"Field","name":{"kind":"Name","value":"images"}}]}}]} as unknown as DocumentNode<GetWorkloadQuery, GetWorkloadQueryVariables>;
export const ApplyManifestDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ApplyManifest"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ApplyManifestInput"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"dryRun"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"applyManifest"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}},{"kind":"Argument","name":{"kind":"Name","value":"dryRun"},"value":{"kind":"Variable","name":{"kind":"Name","value":"dryRun"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}}]} as unknown as DocumentNode<ApplyManifestMutation, ApplyManifestMutationVariables>;
export const ScaleWorkloadDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ScaleWorkload"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ScaleWorkloadInput"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"dryRun"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"scaleWorkload"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}},{"kind":"Argument","name":{"kind":"Name","value":"dryRun"},"value":{"kind":"Variable","name":{"kind":"Name","value":"dryRun"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"workload"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WorkloadSummary"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WorkloadSummary"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Workload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"namespace"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"replicas"}},{"kind":"Field","name":{"kind":"Name","value":"readyReplicas"}},{"kind":"Field","name":{"kind":"Name","value":"images"}}]}}]} as unknown as DocumentNode<ScaleWorkloadMutation, ScaleWorkloadMutationVariables>;