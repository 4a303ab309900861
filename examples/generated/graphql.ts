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

/** Availability of a product in a region. */
export type Availability =
  /** Clusters of the product can be created here. */
  | 'AVAILABLE'
  /** The product is announced for this region but not yet open. */
  | 'COMING_SOON'
  /** The product is not offered here. */
  | 'UNAVAILABLE';

/** Severity of a failed check item. */
export type CheckLevel =
  /** The change is rejected until the item is fixed. */
  | 'BLOCKING'
  /** Information only; no action is needed. */
  | 'INFO'
  /** The change is accepted, but something may fail. */
  | 'WARNING';

/** Result of an item. */
export type CheckResult =
  /** The item failed; see fix. */
  | 'FAILED'
  /** The item passed. */
  | 'PASSED';

/** Result of a check. */
export type ClusterCheckState =
  /** Items of level BLOCKING failed: the change is rejected until they are fixed. */
  | 'BLOCKED'
  /** No item blocks the change; see the warnings. */
  | 'PASSED';

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

/** The effect of applying an object. */
export type ManifestResult =
  /** The object was changed. */
  | 'CONFIGURED'
  /** The object did not exist before. */
  | 'CREATED'
  /** The object already matched the manifest. */
  | 'UNCHANGED';

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

export type DemoClustersQueryVariables = Exact<{
  filter: ClusterFilter;
}>;


export type DemoClustersQuery = { readonly clusters: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly state: ClusterState }> } };

export type ClusterHistoryQueryVariables = Exact<{
  clusterId: string;
}>;


export type ClusterHistoryQuery = { readonly cluster: { readonly events: { readonly nodes: ReadonlyArray<
        | { readonly cursor: string, readonly type: string, readonly message: string }
        | { readonly cursor: string, readonly type: string, readonly message: string }
        | { readonly cursor: string, readonly type: string, readonly message: string, readonly operation: { readonly id: string } | null }
        | { readonly cursor: string, readonly type: string, readonly message: string }
        | { readonly cursor: string, readonly type: string, readonly message: string }
        | { readonly cursor: string, readonly type: string, readonly message: string }
      > } } | null };

export type DemoProvisioningSubscriptionVariables = Exact<{
  clusterId: string;
  after?: string | null | undefined;
}>;


export type DemoProvisioningSubscription = { readonly provisioningEvents: { readonly cursor: string, readonly type: string, readonly message: string, readonly operation: { readonly id: string } | null, readonly cluster: { readonly state: ClusterState, readonly region: { readonly timeZone: { readonly localTime: string } } } | null } };

export type DemoHelloQueryVariables = Exact<{ [key: string]: never; }>;


export type DemoHelloQuery = { readonly __typename: 'Query' };

export type DemoCheckUpgradeMutationVariables = Exact<{
  clusterId: string;
  version: string;
}>;


export type DemoCheckUpgradeMutation = { readonly runClusterCheck: { readonly clusterCheck: { readonly state: ClusterCheckState, readonly items: ReadonlyArray<{ readonly name: string, readonly level: CheckLevel, readonly result: CheckResult, readonly message: string }> } | null, readonly userErrors: ReadonlyArray<
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
    > } };

export type DemoRegionsQueryVariables = Exact<{ [key: string]: never; }>;


export type DemoRegionsQuery = { readonly regions: ReadonlyArray<{ readonly id: string, readonly city: string, readonly availability: Availability, readonly timeZone: { readonly id: string, readonly utcOffset: string, readonly localTime: string, readonly nextTransition: string | null } }> };

export type DemoVersionsQueryVariables = Exact<{ [key: string]: never; }>;


export type DemoVersionsQuery = { readonly kubernetesVersions: ReadonlyArray<{ readonly id: string, readonly minor: string, readonly creatable: boolean, readonly upgradeTargets: ReadonlyArray<{ readonly id: string, readonly minor: string }> }> };

export type DemoDeployMutationVariables = Exact<{
  input: ApplyManifestInput;
}>;


export type DemoDeployMutation = { readonly applyManifest: { readonly objects: ReadonlyArray<{ readonly kind: string, readonly name: string, readonly result: ManifestResult | null }>, readonly workload: { readonly id: string } | null, readonly userErrors: ReadonlyArray<
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
      | { readonly code: string, readonly message: string, readonly path: ReadonlyArray<string> | null }
    > } };

export type DemoMetricsQueryVariables = Exact<{
  clusterId: string;
  from: string;
  to: string;
}>;


export type DemoMetricsQuery = { readonly cluster: { readonly metrics: ReadonlyArray<{ readonly name: string, readonly unit: string, readonly labels: unknown, readonly points: ReadonlyArray<{ readonly at: string, readonly value: number }> }> } | null };

export type DemoClusterVersionsQueryVariables = Exact<{
  id: string;
}>;


export type DemoClusterVersionsQuery = { readonly cluster: { readonly state: ClusterState, readonly version: { readonly id: string }, readonly nodes: { readonly nodes: ReadonlyArray<{ readonly name: string, readonly status: string }> } } | null };

export type FleetPageQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type FleetPageQuery = { readonly clusters: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly state: ClusterState, readonly region: { readonly id: string, readonly timeZone: { readonly localTime: string } }, readonly version: { readonly id: string }, readonly nodes: { readonly totalCount: number }, readonly workloads: { readonly nodes: ReadonlyArray<{ readonly name: string }> } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };


export const DemoClustersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"DemoClusters"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ClusterFilter"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"clusters"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}}]}}]}}]}}]} as unknown as DocumentNode<DemoClustersQuery, DemoClustersQueryVariables>;
export const ClusterHistoryDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ClusterHistory"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"clusterId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cluster"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"clusterId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"events"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"500"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ProvisioningEvent"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"operation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<ClusterHistoryQuery, ClusterHistoryQueryVariables>;
export const DemoProvisioningDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"DemoProvisioning"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"clusterId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"EventCursor"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provisioningEvents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"clusterId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"clusterId"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"operation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"cluster"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"region"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"timeZone"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"localTime"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<DemoProvisioningSubscription, DemoProvisioningSubscriptionVariables>;
export const DemoHelloDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"DemoHello"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}}]}}]} as unknown as DocumentNode<DemoHelloQuery, DemoHelloQueryVariables>;
export const DemoCheckUpgradeDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DemoCheckUpgrade"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"clusterId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"version"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"runClusterCheck"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"clusterId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"clusterId"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"type"},"value":{"kind":"EnumValue","value":"UPGRADE"}},{"kind":"ObjectField","name":{"kind":"Name","value":"version"},"value":{"kind":"Variable","name":{"kind":"Name","value":"version"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"clusterCheck"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"items"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"level"}},{"kind":"Field","name":{"kind":"Name","value":"result"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}}]}}]}}]} as unknown as DocumentNode<DemoCheckUpgradeMutation, DemoCheckUpgradeMutationVariables>;
export const DemoRegionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"DemoRegions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"regions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"city"}},{"kind":"Field","name":{"kind":"Name","value":"availability"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"product"},"value":{"kind":"EnumValue","value":"ACK_PRO"}}]},{"kind":"Field","name":{"kind":"Name","value":"timeZone"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"utcOffset"}},{"kind":"Field","name":{"kind":"Name","value":"localTime"}},{"kind":"Field","name":{"kind":"Name","value":"nextTransition"}}]}}]}}]}}]} as unknown as DocumentNode<DemoRegionsQuery, DemoRegionsQueryVariables>;
export const DemoVersionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"DemoVersions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kubernetesVersions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"minor"}},{"kind":"Field","name":{"kind":"Name","value":"creatable"}},{"kind":"Field","name":{"kind":"Name","value":"upgradeTargets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"minor"}}]}}]}}]}}]} as unknown as DocumentNode<DemoVersionsQuery, DemoVersionsQueryVariables>;
export const DemoDeployDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DemoDeploy"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ApplyManifestInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"applyManifest"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"objects"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"result"}}]}},{"kind":"Field","name":{"kind":"Name","value":"workload"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}}]}}]}}]}}]} as unknown as DocumentNode<DemoDeployMutation, DemoDeployMutationVariables>;
export const DemoMetricsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"DemoMetrics"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"clusterId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"from"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DateTime"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"to"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DateTime"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cluster"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"clusterId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"metrics"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"from"},"value":{"kind":"Variable","name":{"kind":"Name","value":"from"}}},{"kind":"Argument","name":{"kind":"Name","value":"to"},"value":{"kind":"Variable","name":{"kind":"Name","value":"to"}}},{"kind":"Argument","name":{"kind":"Name","value":"step"},"value":{"kind":"IntValue","value":"1"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"labels"}},{"kind":"Field","name":{"kind":"Name","value":"points"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}}]}}]}}]}}]} as unknown as DocumentNode<DemoMetricsQuery, DemoMetricsQueryVariables>;
export const DemoClusterVersionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"DemoClusterVersions"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cluster"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"version"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}}]}}]}}]} as unknown as DocumentNode<DemoClusterVersionsQuery, DemoClusterVersionsQueryVariables>;
export const FleetPageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"FleetPage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"clusters"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"region"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"localTime"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"version"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"workloads"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"500"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<FleetPageQuery, FleetPageQueryVariables>;