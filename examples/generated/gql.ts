/* eslint-disable */
import * as types from './graphql.js';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  query DemoClusters($filter: ClusterFilter!) {\n    clusters(first: 100, filter: $filter) {\n      nodes {\n        id\n        name\n        state\n      }\n    }\n  }\n": typeof types.DemoClustersDocument,
    "\n  query ClusterHistory($clusterId: ID!) {\n    cluster(id: $clusterId) {\n      events(first: 500) {\n        nodes {\n          cursor\n          type\n          message\n          ... on ProvisioningEvent {\n            operation {\n              id\n            }\n          }\n        }\n      }\n    }\n  }\n": typeof types.ClusterHistoryDocument,
    "\n  subscription DemoProvisioning($clusterId: ID!, $after: EventCursor) {\n    provisioningEvents(clusterId: $clusterId, after: $after) {\n      cursor\n      type\n      message\n      operation {\n        id\n      }\n      cluster {\n        state\n        region {\n          timeZone {\n            localTime\n          }\n        }\n      }\n    }\n  }\n": typeof types.DemoProvisioningDocument,
    "\n  query DemoHello {\n    __typename\n  }\n": typeof types.DemoHelloDocument,
    "\n  mutation DemoCheckUpgrade($clusterId: ID!, $version: String!) {\n    runClusterCheck(input: { clusterId: $clusterId, type: UPGRADE, version: $version }) {\n      clusterCheck {\n        state\n        items {\n          name\n          level\n          result\n          message\n        }\n      }\n      userErrors {\n        code\n        message\n        path\n      }\n    }\n  }\n": typeof types.DemoCheckUpgradeDocument,
    "\n  query DemoRegions {\n    regions {\n      id\n      city\n      availability(product: ACK_PRO)\n      timeZone {\n        id\n        utcOffset\n        localTime\n        nextTransition\n      }\n    }\n  }\n": typeof types.DemoRegionsDocument,
    "\n  query DemoVersions {\n    kubernetesVersions {\n      id\n      minor\n      creatable\n      upgradeTargets {\n        id\n        minor\n      }\n    }\n  }\n": typeof types.DemoVersionsDocument,
    "\n  mutation DemoDeploy($input: ApplyManifestInput!) {\n    applyManifest(input: $input) {\n      objects {\n        kind\n        name\n        result\n      }\n      workload {\n        id\n      }\n      userErrors {\n        code\n        message\n        path\n      }\n    }\n  }\n": typeof types.DemoDeployDocument,
    "\n  query DemoMetrics($clusterId: ID!, $from: DateTime!, $to: DateTime!) {\n    cluster(id: $clusterId) {\n      metrics(from: $from, to: $to, step: 1) {\n        name\n        unit\n        labels\n        points {\n          at\n          value\n        }\n      }\n    }\n  }\n": typeof types.DemoMetricsDocument,
    "\n  query DemoClusterVersions($id: ID!) {\n    cluster(id: $id) {\n      state\n      version {\n        id\n      }\n      nodes(first: 100) {\n        nodes {\n          name\n          status\n        }\n      }\n    }\n  }\n": typeof types.DemoClusterVersionsDocument,
    "\n  query FleetPage($after: String) {\n    clusters(first: 100, after: $after) {\n      nodes {\n        id\n        name\n        state\n        region {\n          id\n          timeZone {\n            localTime\n          }\n        }\n        version {\n          id\n        }\n        nodes {\n          totalCount\n        }\n        workloads(first: 500) {\n          nodes {\n            name\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": typeof types.FleetPageDocument,
};
const documents: Documents = {
    "\n  query DemoClusters($filter: ClusterFilter!) {\n    clusters(first: 100, filter: $filter) {\n      nodes {\n        id\n        name\n        state\n      }\n    }\n  }\n": types.DemoClustersDocument,
    "\n  query ClusterHistory($clusterId: ID!) {\n    cluster(id: $clusterId) {\n      events(first: 500) {\n        nodes {\n          cursor\n          type\n          message\n          ... on ProvisioningEvent {\n            operation {\n              id\n            }\n          }\n        }\n      }\n    }\n  }\n": types.ClusterHistoryDocument,
    "\n  subscription DemoProvisioning($clusterId: ID!, $after: EventCursor) {\n    provisioningEvents(clusterId: $clusterId, after: $after) {\n      cursor\n      type\n      message\n      operation {\n        id\n      }\n      cluster {\n        state\n        region {\n          timeZone {\n            localTime\n          }\n        }\n      }\n    }\n  }\n": types.DemoProvisioningDocument,
    "\n  query DemoHello {\n    __typename\n  }\n": types.DemoHelloDocument,
    "\n  mutation DemoCheckUpgrade($clusterId: ID!, $version: String!) {\n    runClusterCheck(input: { clusterId: $clusterId, type: UPGRADE, version: $version }) {\n      clusterCheck {\n        state\n        items {\n          name\n          level\n          result\n          message\n        }\n      }\n      userErrors {\n        code\n        message\n        path\n      }\n    }\n  }\n": types.DemoCheckUpgradeDocument,
    "\n  query DemoRegions {\n    regions {\n      id\n      city\n      availability(product: ACK_PRO)\n      timeZone {\n        id\n        utcOffset\n        localTime\n        nextTransition\n      }\n    }\n  }\n": types.DemoRegionsDocument,
    "\n  query DemoVersions {\n    kubernetesVersions {\n      id\n      minor\n      creatable\n      upgradeTargets {\n        id\n        minor\n      }\n    }\n  }\n": types.DemoVersionsDocument,
    "\n  mutation DemoDeploy($input: ApplyManifestInput!) {\n    applyManifest(input: $input) {\n      objects {\n        kind\n        name\n        result\n      }\n      workload {\n        id\n      }\n      userErrors {\n        code\n        message\n        path\n      }\n    }\n  }\n": types.DemoDeployDocument,
    "\n  query DemoMetrics($clusterId: ID!, $from: DateTime!, $to: DateTime!) {\n    cluster(id: $clusterId) {\n      metrics(from: $from, to: $to, step: 1) {\n        name\n        unit\n        labels\n        points {\n          at\n          value\n        }\n      }\n    }\n  }\n": types.DemoMetricsDocument,
    "\n  query DemoClusterVersions($id: ID!) {\n    cluster(id: $id) {\n      state\n      version {\n        id\n      }\n      nodes(first: 100) {\n        nodes {\n          name\n          status\n        }\n      }\n    }\n  }\n": types.DemoClusterVersionsDocument,
    "\n  query FleetPage($after: String) {\n    clusters(first: 100, after: $after) {\n      nodes {\n        id\n        name\n        state\n        region {\n          id\n          timeZone {\n            localTime\n          }\n        }\n        version {\n          id\n        }\n        nodes {\n          totalCount\n        }\n        workloads(first: 500) {\n          nodes {\n            name\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": types.FleetPageDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DemoClusters($filter: ClusterFilter!) {\n    clusters(first: 100, filter: $filter) {\n      nodes {\n        id\n        name\n        state\n      }\n    }\n  }\n"): (typeof documents)["\n  query DemoClusters($filter: ClusterFilter!) {\n    clusters(first: 100, filter: $filter) {\n      nodes {\n        id\n        name\n        state\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ClusterHistory($clusterId: ID!) {\n    cluster(id: $clusterId) {\n      events(first: 500) {\n        nodes {\n          cursor\n          type\n          message\n          ... on ProvisioningEvent {\n            operation {\n              id\n            }\n          }\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query ClusterHistory($clusterId: ID!) {\n    cluster(id: $clusterId) {\n      events(first: 500) {\n        nodes {\n          cursor\n          type\n          message\n          ... on ProvisioningEvent {\n            operation {\n              id\n            }\n          }\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription DemoProvisioning($clusterId: ID!, $after: EventCursor) {\n    provisioningEvents(clusterId: $clusterId, after: $after) {\n      cursor\n      type\n      message\n      operation {\n        id\n      }\n      cluster {\n        state\n        region {\n          timeZone {\n            localTime\n          }\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  subscription DemoProvisioning($clusterId: ID!, $after: EventCursor) {\n    provisioningEvents(clusterId: $clusterId, after: $after) {\n      cursor\n      type\n      message\n      operation {\n        id\n      }\n      cluster {\n        state\n        region {\n          timeZone {\n            localTime\n          }\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DemoHello {\n    __typename\n  }\n"): (typeof documents)["\n  query DemoHello {\n    __typename\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DemoCheckUpgrade($clusterId: ID!, $version: String!) {\n    runClusterCheck(input: { clusterId: $clusterId, type: UPGRADE, version: $version }) {\n      clusterCheck {\n        state\n        items {\n          name\n          level\n          result\n          message\n        }\n      }\n      userErrors {\n        code\n        message\n        path\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation DemoCheckUpgrade($clusterId: ID!, $version: String!) {\n    runClusterCheck(input: { clusterId: $clusterId, type: UPGRADE, version: $version }) {\n      clusterCheck {\n        state\n        items {\n          name\n          level\n          result\n          message\n        }\n      }\n      userErrors {\n        code\n        message\n        path\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DemoRegions {\n    regions {\n      id\n      city\n      availability(product: ACK_PRO)\n      timeZone {\n        id\n        utcOffset\n        localTime\n        nextTransition\n      }\n    }\n  }\n"): (typeof documents)["\n  query DemoRegions {\n    regions {\n      id\n      city\n      availability(product: ACK_PRO)\n      timeZone {\n        id\n        utcOffset\n        localTime\n        nextTransition\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DemoVersions {\n    kubernetesVersions {\n      id\n      minor\n      creatable\n      upgradeTargets {\n        id\n        minor\n      }\n    }\n  }\n"): (typeof documents)["\n  query DemoVersions {\n    kubernetesVersions {\n      id\n      minor\n      creatable\n      upgradeTargets {\n        id\n        minor\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DemoDeploy($input: ApplyManifestInput!) {\n    applyManifest(input: $input) {\n      objects {\n        kind\n        name\n        result\n      }\n      workload {\n        id\n      }\n      userErrors {\n        code\n        message\n        path\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation DemoDeploy($input: ApplyManifestInput!) {\n    applyManifest(input: $input) {\n      objects {\n        kind\n        name\n        result\n      }\n      workload {\n        id\n      }\n      userErrors {\n        code\n        message\n        path\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DemoMetrics($clusterId: ID!, $from: DateTime!, $to: DateTime!) {\n    cluster(id: $clusterId) {\n      metrics(from: $from, to: $to, step: 1) {\n        name\n        unit\n        labels\n        points {\n          at\n          value\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query DemoMetrics($clusterId: ID!, $from: DateTime!, $to: DateTime!) {\n    cluster(id: $clusterId) {\n      metrics(from: $from, to: $to, step: 1) {\n        name\n        unit\n        labels\n        points {\n          at\n          value\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DemoClusterVersions($id: ID!) {\n    cluster(id: $id) {\n      state\n      version {\n        id\n      }\n      nodes(first: 100) {\n        nodes {\n          name\n          status\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query DemoClusterVersions($id: ID!) {\n    cluster(id: $id) {\n      state\n      version {\n        id\n      }\n      nodes(first: 100) {\n        nodes {\n          name\n          status\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query FleetPage($after: String) {\n    clusters(first: 100, after: $after) {\n      nodes {\n        id\n        name\n        state\n        region {\n          id\n          timeZone {\n            localTime\n          }\n        }\n        version {\n          id\n        }\n        nodes {\n          totalCount\n        }\n        workloads(first: 500) {\n          nodes {\n            name\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"): (typeof documents)["\n  query FleetPage($after: String) {\n    clusters(first: 100, after: $after) {\n      nodes {\n        id\n        name\n        state\n        region {\n          id\n          timeZone {\n            localTime\n          }\n        }\n        version {\n          id\n        }\n        nodes {\n          totalCount\n        }\n        workloads(first: 500) {\n          nodes {\n            name\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;