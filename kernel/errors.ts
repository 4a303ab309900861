/**
 * The error registry: every code the graph answers with, what it means, and the release it came with.
 * `docs/errors.md` is generated from it (`npm run generate`).
 */
export interface ErrorDefinition {
  /** What happened and what the caller can do about it. */
  readonly description: string;
  /** Release that introduced the code. */
  readonly since: string;
}

export const errorRegistry = {
  ACCOUNT_NOT_VERIFIED: {
    description:
      'The holder of the account has not been identified yet. Do so with verifyAccount, then try again.',
    since: '0.1',
  },
  BAD_REQUEST: { description: 'The HTTP request is not a GraphQL request; see the message.', since: '0.1' },
  CIDR_OVERLAP: {
    description:
      'The address range overlaps with another one that must stay apart from it; the message names it.',
    since: '0.1',
  },
  CHARGE_TYPE_NOT_CONVERTIBLE: {
    description: 'Instances of this charge type or family cannot be paid in the wanted way.',
    since: '0.1',
  },
  CLIENT_TOKEN_REUSED: {
    description: 'The clientToken was used before with other input. Use a fresh token for a new request.',
    since: '0.1',
  },
  COMPONENT_NOT_READY: {
    description:
      'The component was applied, but its pods are not ready in time; the message says how many are. Fix what keeps them from it, then call restoreComponent.',
    since: '0.1',
  },
  COMPONENT_REQUIRED: {
    description: 'Clusters do not work without this component; it cannot be uninstalled.',
    since: '0.1',
  },
  CONFLICT: {
    description: 'resourceVersion is not the current one. Read the resource again and retry.',
    since: '0.1',
  },
  CURSOR_EXPIRED: {
    description:
      'The event log no longer keeps what followed this cursor. Read the present state, then subscribe anew.',
    since: '0.1',
  },
  DATA_LOSS_NOT_ACKNOWLEDGED: {
    description: 'Data will be lost; the message says which. Back it up, then set acknowledgeDataLoss.',
    since: '0.1',
  },
  DELETION_PROTECTED: {
    description: 'Deletion protection is on. Turn it off with updateCluster first.',
    since: '0.1',
  },
  DUPLICATE_NAME: { description: 'The name is taken in this scope. Choose another.', since: '0.1' },
  DOCUMENT_ALREADY_USED: {
    description:
      'The document has identified the holder of another account. Show another document, or use that account.',
    since: '0.1',
  },
  ERRORS_OMITTED: {
    description:
      'The answer has more errors than are listed; the message says how many more. Ask for less at once to see them.',
    since: '0.1',
  },
  FORBIDDEN: { description: 'The token does not allow this.', since: '0.1' },
  GRAPHQL_PARSE_FAILED: { description: 'The document is not valid GraphQL syntax.', since: '0.1' },
  GRAPHQL_VALIDATION_FAILED: { description: 'The document does not fit the schema.', since: '0.1' },
  IMMUTABLE_FIELD: { description: 'The field cannot be changed after creation.', since: '0.1' },
  INTERNAL_SERVER_ERROR: {
    description:
      'Internal server error. It is logged under the requestId in extensions; report it with that id.',
    since: '0.1',
  },
  INVALID_CURSOR: {
    description: 'The cursor is malformed, tampered with, or belongs to another list or account.',
    since: '0.1',
  },
  INSTANCE_IN_USE: {
    description: 'The instance belongs to a cluster already. An instance is a node of one cluster at most.',
    since: '0.1',
  },
  INSTANCE_NOT_ATTACHABLE: {
    description: 'The instance cannot become a node of this cluster; see the message.',
    since: '0.1',
  },
  INSTANCE_NOT_RELEASABLE: {
    description:
      'An instance that is paid by subscription cannot be released before that ends. Attach it to a cluster.',
    since: '0.1',
  },
  INVALID_INPUT: { description: 'A value is out of its range or form; path names it.', since: '0.1' },
  INSTANCE_TYPE_NOT_ALLOWED: {
    description:
      'Instances of this type cannot do what the runtime or the kind of the cluster needs; see the message.',
    since: '0.1',
  },
  INSTANCE_TYPE_TOO_SMALL: { description: 'Nodes need at least 4 vCPU and 8 GiB of memory.', since: '0.1' },
  INSTANCE_START_FAILED: {
    description: 'The cloud could not start the instance. Scale again to retry.',
    since: '0.1',
  },
  INVALID_STATE: {
    description: 'The resource is in a state that does not allow this now; see the message.',
    since: '0.1',
  },
  LIMIT_EXCEEDED: {
    description: 'The request is larger than a limit of the API; the message names limit and value.',
    since: '0.1',
  },
  MANIFEST_INVALID: { description: 'The manifest is not valid YAML or no Kubernetes object.', since: '0.1' },
  IP_NOT_AVAILABLE: {
    description: 'The network has no free address left for this. Use another vSwitch or a wider range.',
    since: '0.1',
  },
  KUBERNETES_REJECTED: {
    description: "The cluster's API server refused the object; its message is repeated.",
    since: '0.1',
  },
  KUBERNETES_UNAVAILABLE: {
    description: "The cluster's API server cannot be reached now. Try again.",
    since: '0.1',
  },
  NETWORK_MISMATCH: {
    description:
      'The parts of a network do not belong together: region, VPC or zone differ; see the message.',
    since: '0.1',
  },
  MIGRATION_NOT_ALLOWED: {
    description: 'The cluster cannot be migrated; the message says why. Only ACK Standard becomes ACK Pro.',
    since: '0.1',
  },
  NODE_UPGRADE_FAILED: {
    description:
      'The cloud cannot upgrade the kubelet of a node; the message names it. Replace the node, then call upgradeCluster again.',
    since: '0.1',
  },
  NOT_ADJUSTABLE: { description: 'This quota cannot be raised.', since: '0.1' },
  NODE_LOST: {
    description:
      'The instance of a node is gone (released, or taken back by the cloud) and nothing takes its place; the message names it.',
    since: '0.1',
  },
  NOT_CANCELABLE: {
    description: 'The operation has ended or is past the point where it can be cancelled.',
    since: '0.1',
  },
  NOT_FOUND: { description: 'The resource does not exist in this account.', since: '0.1' },
  OPERATION_CANCELED: { description: 'The operation was cancelled on request.', since: '0.1' },
  OPERATION_NOT_PLANNED: {
    description:
      'The gateway found no way to fetch the operation from the subgraphs, though it fits the schema. Ask for less in one operation, or name the object types in place of an interface; the log says why.',
    since: '0.1',
  },
  OS_NOT_SUPPORTED: {
    description:
      'Nodes run Alibaba Cloud Linux 2, CentOS 7.x, Windows Server 2019, or Windows Server Core 1809 and later.',
    since: '0.1',
  },
  OUT_OF_STOCK: {
    description: 'The zone has no more instances of this type. Use other types or zones.',
    since: '0.1',
  },
  PAGE_SIZE_EXCEEDED: { description: 'first must be from 1 to 500.', since: '0.1' },
  PERSISTED_QUERY_NOT_FOUND: {
    description: 'The gateway does not know a document of this hash. Send it again with its text.',
    since: '0.1',
  },
  PERSISTED_QUERY_NOT_IN_LIST: {
    description: 'No trusted document has this id; only those may be executed here.',
    since: '0.1',
  },
  PRODUCT_COMING_SOON: {
    description: 'The product is announced but not yet open in this region.',
    since: '0.1',
  },
  PRODUCT_NOT_OFFERED: { description: 'The product is not offered in this region.', since: '0.1' },
  PROTECTED_PATH: {
    description: 'The path belongs to the node; changing it breaks the node.',
    since: '0.1',
  },
  QUERY_NOT_IN_SAFELIST: {
    description: 'The document is not a trusted one; only those may be executed here.',
    since: '0.1',
  },
  QUOTA_EXCEEDED: {
    description:
      'A quota has no room for this; see resource, limit, used and requested. Delete what is not needed, or ask for a higher limit: requestQuotaIncrease with quotaId.',
    since: '0.1',
  },
  RATE_LIMITED: {
    description:
      'The account has spent its points of cost for now. Wait as long as Retry-After or retryAfter says.',
    since: '0.1',
  },
  REQUEST_TIMEOUT: { description: 'The request took longer than the gateway allows.', since: '0.1' },
  RESPONSE_TOO_LARGE: {
    description:
      'The answer would be larger than RESPONSE_LIMIT of the gateway. Ask for shorter pages or fewer fields; what a mutation did is done.',
    since: '0.1',
  },
  RESOURCE_IN_USE: {
    description: 'Something still uses the resource; the message names it. Take that away first.',
    since: '0.1',
  },
  RIGHTS_CHANGED: {
    description:
      'What the token allows has changed while the stream was running. Get a new token and resume.',
    since: '0.1',
  },
  SECURITY_GROUP_RULE_MISSING: {
    description:
      'The security group keeps away traffic that the cluster needs; the message names the rule to add.',
    since: '0.1',
  },
  RISK_NOT_ACKNOWLEDGED: {
    description:
      'This can do harm; the message says which. Send acknowledgeRisk: true to do it all the same.',
    since: '0.1',
  },
  SCALING_GROUP_FULL: {
    description: 'The scaling group has as many instances as it may have.',
    since: '0.1',
  },
  SCALING_GROUP_MISSING: {
    description:
      'The scaling group of the node pool was deleted. The pool cannot be fixed: delete it and create another.',
    since: '0.1',
  },
  SERVICE_UNAVAILABLE: {
    description: 'A part of the platform cannot be reached now. Try again.',
    since: '0.1',
  },
  SLOW_CONSUMER: {
    description: 'The client did not keep up and was disconnected; resume from the last cursor.',
    since: '0.1',
  },
  THROTTLED: {
    description:
      "The cluster's API server takes no more for now; wait as long as retryAfter says, and read in pages of up to 500.",
    since: '0.1',
  },
  STALE_READ: {
    description: 'What the request wants to see at least (minResourceVersion) is not there yet. Try again.',
    since: '0.1',
  },
  TOKEN_EXPIRED: { description: 'The bearer token has expired. Get a new one.', since: '0.1' },
  TOO_MANY_REQUESTS: {
    description:
      'The account has as many requests running and waiting as it may. Wait for answers, then try again after retryAfter seconds.',
    since: '0.1',
  },
  UNAUTHENTICATED: { description: 'A valid bearer token is needed.', since: '0.1' },
  UNAUTHORIZED_FIELD_OR_TYPE: {
    description:
      'The token lacks what this field or type asks for (scopes, policies, or to be a token at all); it is null.',
    since: '0.1',
  },
  UNKNOWN_IMAGE: { description: 'There is no such image; see Query.nodeImages.', since: '0.1' },
  UNKNOWN_INSTANCE_TYPE: {
    description: 'There is no such instance type; see Query.instanceTypes.',
    since: '0.1',
  },
  UNKNOWN_REGION: { description: 'There is no such region; see Query.regions.', since: '0.1' },
  UNKNOWN_TIME_ZONE: { description: 'There is no such time zone; see Query.timeZones.', since: '0.1' },
  UNKNOWN_VERSION: {
    description: 'There is no such Kubernetes version; see Query.kubernetesVersions.',
    since: '0.1',
  },
  UNKNOWN_ZONE: { description: 'The region has no such zone.', since: '0.1' },
  UNSUPPORTED_BY_KIND: {
    description: 'Clusters of this kind do not have this; see Query.clusterKinds.',
    since: '0.1',
  },
  UPGRADE_BLOCKED: {
    description:
      'A check of level BLOCKING fails; the message names what. Fix it, see it with runClusterCheck, try again.',
    since: '0.1',
  },
  UPGRADE_NOT_ALLOWED: {
    description: 'The version cannot be upgraded to from here; see upgradeTargets.',
    since: '0.1',
  },
  VERSION_NOT_CREATABLE: {
    description: 'New clusters cannot use this version; see Query.kubernetesVersions.',
    since: '0.1',
  },
} as const satisfies Record<string, ErrorDefinition>;

/** A code of the registry. */
export type ErrorCode = keyof typeof errorRegistry;
