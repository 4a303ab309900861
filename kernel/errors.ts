/**
 * The error registry: every error code of the graph, its meaning, and the release that introduced it.
 * `docs/errors.md` is generated from it (`npm run generate`).
 */
export interface ErrorDefinition {
  /** What happened and what the caller can do about it. */
  readonly description: string;
  /** Release that introduced the code. */
  readonly since: string;
}

export const errorRegistry = {
  ACCESS_CHANGED: {
    description:
      'The permissions of the caller have changed, so the stream has ended. Subscribe again, after the last cursor.',
    since: '0.1',
  },
  ACCOUNT_NOT_VERIFIED: {
    description: 'The holder of the account is not verified. Call verifyAccount, then retry.',
    since: '0.1',
  },
  BAD_REQUEST: { description: 'The HTTP request is not a GraphQL request; see the message.', since: '0.1' },
  CIDR_OVERLAP: {
    description:
      'The address range overlaps another one; the message names it. Choose a range that does not.',
    since: '0.1',
  },
  CHARGE_TYPE_NOT_CONVERTIBLE: {
    description: 'Instances of this charge type or family cannot be converted to the requested charge type.',
    since: '0.1',
  },
  CLIENT_TOKEN_REUSED: {
    description: 'The clientToken was used with different input. Use a new token for each request.',
    since: '0.1',
  },
  COMPONENT_NOT_READY: {
    description:
      'The component was applied, but its pods did not become ready in time; the message says how many are. Fix the cause, then call restoreComponent.',
    since: '0.1',
  },
  COMPONENT_REQUIRED: {
    description: 'Clusters do not work without this component; it cannot be uninstalled.',
    since: '0.1',
  },
  CONFLICT: {
    description: 'resourceVersion is not the current one: the resource was changed. Read it again and retry.',
    since: '0.1',
  },
  CURSOR_EXPIRED: {
    description:
      'The events after this cursor are no longer retained. Read the current state, then subscribe without a cursor.',
    since: '0.1',
  },
  DATA_LOSS_NOT_ACKNOWLEDGED: {
    description: 'The change deletes data; the message says which. Back it up, then set acknowledgeDataLoss.',
    since: '0.1',
  },
  DELETION_PROTECTED: {
    description: 'Deletion protection is on. Turn it off with updateCluster first.',
    since: '0.1',
  },
  DUPLICATE_NAME: { description: 'The name is in use in this scope. Choose another.', since: '0.1' },
  DOCUMENT_ALREADY_USED: {
    description:
      'The identity document already verifies another account. Use another document, or that account.',
    since: '0.1',
  },
  ERRORS_OMITTED: {
    description:
      'The response has more errors than are listed; the message says how many. Request less in one operation to see them.',
    since: '0.1',
  },
  FORBIDDEN: {
    description:
      'The token or the roles of the cluster do not allow this; the message of Kubernetes says what.',
    since: '0.1',
  },
  GRAPHQL_PARSE_FAILED: { description: 'The document is not valid GraphQL syntax.', since: '0.1' },
  GRAPHQL_VALIDATION_FAILED: { description: 'The document is not valid against the schema.', since: '0.1' },
  IMMUTABLE_FIELD: { description: 'The field cannot be changed after creation.', since: '0.1' },
  INTERNAL_SERVER_ERROR: {
    description:
      'Internal server error. It is logged under the requestId in extensions; report it with that id.',
    since: '0.1',
  },
  INVALID_CURSOR: {
    description: 'The cursor is malformed, was modified, or belongs to another list, order or account.',
    since: '0.1',
  },
  INSTANCE_IN_USE: {
    description: 'The instance belongs to a cluster. An instance is a node of at most one cluster.',
    since: '0.1',
  },
  INSTANCE_NOT_ATTACHABLE: {
    description: 'The instance cannot become a node of this cluster; see the message.',
    since: '0.1',
  },
  INSTANCE_NOT_RELEASABLE: {
    description:
      'A subscription instance cannot be released before its subscription ends. Attach it to a cluster.',
    since: '0.1',
  },
  INVALID_INPUT: { description: 'A value is out of range or malformed; path names it.', since: '0.1' },
  INSTANCE_TYPE_NOT_ALLOWED: {
    description:
      'The instance type does not support the container runtime or the kind of the cluster; see the message.',
    since: '0.1',
  },
  INSTANCE_TYPE_TOO_SMALL: { description: 'Nodes need at least 4 vCPU and 8 GiB of memory.', since: '0.1' },
  INSTANCE_START_FAILED: {
    description: 'The cloud could not start the instance. Scale the node pool again to retry.',
    since: '0.1',
  },
  INVALID_STATE: {
    description: 'The resource is in a state that does not allow this now; see the message.',
    since: '0.1',
  },
  LAST_ADMINISTRATOR: {
    description:
      'Afterwards no user and no group would be administrator of the account. Make another one administrator first, without an end and without a permission that denies.',
    since: '0.1',
  },
  LIMIT_EXCEEDED: {
    description: 'The request is larger than a limit of the API; the message names limit and value.',
    since: '0.1',
  },
  MANIFEST_INVALID: {
    description: 'The manifest is not valid YAML, or contains something that is not a Kubernetes object.',
    since: '0.1',
  },
  IP_NOT_AVAILABLE: {
    description: 'The network has no free address left. Use another vSwitch or a larger range.',
    since: '0.1',
  },
  KUBERNETES_REJECTED: {
    description: "The cluster's API server rejected the object; the message is the API server's.",
    since: '0.1',
  },
  KUBERNETES_UNAVAILABLE: {
    description: "The cluster's API server cannot be reached. Retry.",
    since: '0.1',
  },
  NETWORK_MISMATCH: {
    description: 'Parts of a network are in different regions, VPCs or zones; see the message.',
    since: '0.1',
  },
  MIGRATION_NOT_ALLOWED: {
    description:
      'The cluster cannot be migrated; the message says why. Only ACK Standard can be migrated, to ACK Pro.',
    since: '0.1',
  },
  NODE_UPGRADE_FAILED: {
    description:
      'The cloud could not upgrade the kubelet of a node; the message names the node. Replace it, then call upgradeCluster again.',
    since: '0.1',
  },
  NOT_ADJUSTABLE: { description: 'This quota cannot be raised.', since: '0.1' },
  NODE_LOST: {
    description:
      'The instance of a node was released, or reclaimed by the cloud, and is not replaced; the message names it.',
    since: '0.1',
  },
  NOT_CANCELABLE: {
    description: 'The operation has finished, or can no longer be canceled.',
    since: '0.1',
  },
  NOT_FOUND: { description: 'The resource does not exist in this account.', since: '0.1' },
  OPERATION_CANCELED: { description: 'The operation was canceled on request.', since: '0.1' },
  OPERATION_NOT_PLANNED: {
    description:
      'The gateway could not plan the operation, although it is valid. Request less in one operation, or select object types instead of an interface; the log of the gateway has the reason.',
    since: '0.1',
  },
  OS_NOT_SUPPORTED: {
    description:
      'Nodes run Alibaba Cloud Linux 2, CentOS 7.x, Windows Server 2019, or Windows Server Core 1809 and later.',
    since: '0.1',
  },
  OUT_OF_STOCK: {
    description: 'The zone has no stock of this instance type. Use other types or zones.',
    since: '0.1',
  },
  PAGE_SIZE_EXCEEDED: { description: 'first must be 1 to 500.', since: '0.1' },
  PERSISTED_QUERY_NOT_FOUND: {
    description: 'The gateway has no document with this hash. Send the hash with the text.',
    since: '0.1',
  },
  PERSISTED_QUERY_NOT_IN_LIST: {
    description: 'No trusted document has this id; the gateway executes trusted documents only.',
    since: '0.1',
  },
  PRODUCT_COMING_SOON: {
    description: 'The product is announced but not yet open in this region.',
    since: '0.1',
  },
  PRODUCT_NOT_OFFERED: { description: 'The product is not offered in this region.', since: '0.1' },
  PROTECTED_PATH: {
    description: 'The path is used by the node itself; mounting over it would break the node.',
    since: '0.1',
  },
  QUERY_NOT_IN_SAFELIST: {
    description: 'The document is not trusted; the gateway executes trusted documents only.',
    since: '0.1',
  },
  QUOTA_EXCEEDED: {
    description:
      'A quota is exceeded; see resource, limit, used and requested. Delete unused resources, or call requestQuotaIncrease with quotaId.',
    since: '0.1',
  },
  RATE_LIMITED: {
    description: 'The account has spent its points. Retry after the seconds in Retry-After or retryAfter.',
    since: '0.1',
  },
  REQUEST_TIMEOUT: { description: 'The request exceeded the time limit of the gateway.', since: '0.1' },
  RESPONSE_TOO_LARGE: {
    description:
      'The response exceeds RESPONSE_LIMIT of the gateway. Request smaller pages or fewer fields. A mutation has been executed.',
    since: '0.1',
  },
  RESOURCE_IN_USE: {
    description: 'Another resource uses this one; the message names it. Delete or detach that one first.',
    since: '0.1',
  },
  RIGHTS_CHANGED: {
    description: 'The rights of the token changed during the stream. Get a new token and resume.',
    since: '0.1',
  },
  SECURITY_GROUP_RULE_MISSING: {
    description:
      'The security group blocks traffic that the cluster needs; the message names the rule to add.',
    since: '0.1',
  },
  RISK_NOT_ACKNOWLEDGED: {
    description: 'The change is risky; the message says why. Send acknowledgeRisk: true to make it.',
    since: '0.1',
  },
  SCALING_GROUP_FULL: {
    description: 'The scaling group has its maximum number of instances.',
    since: '0.1',
  },
  SCALING_GROUP_MISSING: {
    description:
      'The scaling group of the node pool was deleted. The pool cannot be repaired: delete it and create another.',
    since: '0.1',
  },
  SERVICE_UNAVAILABLE: {
    description: 'A part of the platform is unavailable. Retry.',
    since: '0.1',
  },
  SLOW_CONSUMER: {
    description: 'The client read events too slowly and was disconnected. Resume from the last cursor.',
    since: '0.1',
  },
  THROTTLED: {
    description:
      "The cluster's API server throttles requests. Retry after retryAfter seconds, and read pages of at most 500.",
    since: '0.1',
  },
  STALE_READ: {
    description: 'minResourceVersion was not reached in time. Retry.',
    since: '0.1',
  },
  TOKEN_EXPIRED: { description: 'The bearer token has expired. Get a new one.', since: '0.1' },
  TOO_MANY_REQUESTS: {
    description:
      'The account has its maximum number of running and waiting requests. Wait for responses, then retry after retryAfter seconds.',
    since: '0.1',
  },
  UNAUTHENTICATED: { description: 'A valid bearer token is required.', since: '0.1' },
  UNAUTHORIZED_FIELD_OR_TYPE: {
    description:
      'The field or type requires authentication, scopes or policies that the request lacks. It is null.',
    since: '0.1',
  },
  UNKNOWN_IMAGE: { description: 'The image does not exist; see Query.nodeImages.', since: '0.1' },
  UNKNOWN_INSTANCE_TYPE: {
    description: 'The instance type does not exist; see Query.instanceTypes.',
    since: '0.1',
  },
  UNKNOWN_REGION: { description: 'The region does not exist; see Query.regions.', since: '0.1' },
  UNKNOWN_TIME_ZONE: { description: 'The time zone does not exist; see Query.timeZones.', since: '0.1' },
  UNKNOWN_VERSION: {
    description: 'The Kubernetes version does not exist; see Query.kubernetesVersions.',
    since: '0.1',
  },
  UNKNOWN_ZONE: { description: 'The zone does not exist in the region.', since: '0.1' },
  UNSUPPORTED_BY_KIND: {
    description: 'Clusters of this kind do not support this; see Query.clusterKinds.',
    since: '0.1',
  },
  UPGRADE_BLOCKED: {
    description:
      'A check item of level BLOCKING failed; the message names it. Fix the cause, verify with runClusterCheck, then retry.',
    since: '0.1',
  },
  UPGRADE_NOT_ALLOWED: {
    description: 'The cluster cannot be upgraded to this version; see upgradeTargets.',
    since: '0.1',
  },
  VERSION_NOT_BUILT: {
    description: 'The real control plane of this Kubernetes version is not built (npm run control-plane).',
    since: '0.1',
  },
  VERSION_NOT_CREATABLE: {
    description: 'New clusters cannot use this version; see Query.kubernetesVersions.',
    since: '0.1',
  },
} as const satisfies Record<string, ErrorDefinition>;

/** A code of the registry. */
export type ErrorCode = keyof typeof errorRegistry;
