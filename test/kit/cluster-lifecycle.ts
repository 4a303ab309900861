import { expect } from 'vitest';
import * as documents from './documents.js';
import { eventually } from './eventually.js';
import { type GraphQLBody, graphqlRequest } from './platform.js';
import { record } from './subscribe.js';

/** URL and account of the scenario. */
export interface GraphSession {
  readonly url: string;
  readonly account: string;
  /** Scopes of its tokens; default all scopes of an account holder. */
  readonly scopes?: readonly string[];
  /** Subject of its tokens; default `<account>-tester`. */
  readonly subject?: string;
}

interface OperationState {
  readonly state: string;
  readonly progress: number;
  readonly stages: { name: string; state: string }[];
  readonly result: {
    requested: number;
    created: number;
    failed: number;
    failures: { code: string }[];
  } | null;
}

/** Runs a request and fails on top-level errors, printing them. */
export async function queryGraph<T>(
  session: GraphSession,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<T> {
  const body: GraphQLBody<T> = await graphqlRequest<T>(session.url, { ...session, query, variables });
  expect(body.errors, JSON.stringify({ query, body })).toBeUndefined();
  return body.data as T;
}

/** Waits until an operation has ended. */
export function operationEnd(session: GraphSession, id: string): Promise<OperationState> {
  return eventually(
    async () => {
      const { operation } = await queryGraph<{ operation: OperationState | null }>(
        session,
        documents.OPERATION,
        {
          id,
        },
      );
      return (
        operation !== null &&
        ['SUCCEEDED', 'PARTIAL', 'FAILED', 'CANCELED'].includes(operation.state) &&
        operation
      );
    },
    { what: `the end of ${id}` },
  );
}

export interface CreatedCluster {
  readonly id: string;
  readonly operationId: string;
}

/** Creates a Pro cluster with one pool and expects no user error. Default: the newest version. */
export async function createCluster(
  session: GraphSession,
  name: string,
  nodes = 3,
  version?: string,
): Promise<CreatedCluster> {
  const { createCluster: payload } = await queryGraph<{
    createCluster: { cluster: { id: string }; operation: { id: string }; userErrors: unknown[] };
  }>(session, documents.CREATE_CLUSTER, {
    input: {
      name,
      regionId: 'cn-hangzhou',
      type: 'MANAGED_KUBERNETES',
      spec: 'PRO',
      ...(version !== undefined && { version }),
      nodePools: [{ name: 'default', instanceTypes: ['ecs.g7.xlarge'], desiredSize: nodes }],
      clientToken: `create-${name}`,
    },
  });
  expect(payload.userErrors).toEqual([]);
  return { id: payload.cluster.id, operationId: payload.operation.id };
}

interface ClusterView {
  readonly state: string;
  readonly nodePools: { nodes: { id: string; desiredSize: number; healthyNodes: number; state: string }[] };
  readonly nodes: { nodes: { name: string; state: string; zone: { id: string } }[] };
  readonly quotas: { resource: string; limit: number | null; used: number }[];
}

async function clusterView(session: GraphSession, id: string): Promise<ClusterView> {
  const { cluster } = await queryGraph<{ cluster: ClusterView }>(session, documents.CLUSTER, { id });
  return cluster;
}

interface ProvisioningEvent {
  readonly provisioningEvents: {
    cursor: string;
    type: string;
    cluster: {
      id: string;
      region: { name: string };
      workloads: { nodes: unknown[] } | null;
      metrics: unknown[];
    } | null;
  };
}

/**
 * The main scenario: create a cluster and watch it, deploy, scale the pool beyond the vCPU quota (partial success) and the
 * workload, read scaling events, metrics and quotas, delete the cluster.
 */
export async function clusterLifecycle(session: GraphSession, name: string): Promise<void> {
  using provisioning = await record<ProvisioningEvent>(session.url, {
    query: documents.PROVISIONING,
    account: session.account,
  });
  using scaling = await record<{ scalingEvents: Record<string, unknown> }>(session.url, {
    query: documents.SCALING,
    account: session.account,
  });
  const { id, operationId } = await createCluster(session, name);
  expect(await operationEnd(session, operationId)).toMatchObject({
    state: 'SUCCEEDED',
    result: { requested: 3, created: 3, failed: 0 },
  });
  expect(await clusterView(session, id)).toMatchObject({
    state: 'RUNNING',
    nodePools: { nodes: [{ desiredSize: 3, healthyNodes: 3 }] },
  });
  await eventually(() =>
    provisioning.events.some(({ provisioningEvents: e }) => e.type === 'OPERATION_SUCCEEDED'),
  );
  const live = provisioning.events
    .map(({ provisioningEvents }) => provisioningEvents)
    .filter((event) => event.cluster);
  expect(live.length).toBeGreaterThan(5);
  expect(live.at(-1)?.cluster).toMatchObject({ id, region: { name: 'China East 1' } });
  expect(new Set(live.map(({ cursor }) => cursor)).size).toBe(live.length);

  const workloadId = await deploy(session, id);
  await scaleBeyondQuota(session, id);
  await scaleWorkload(session, workloadId);
  await eventually(() => scaling.events.length >= 3, { what: 'scaling events of the pool and the workload' });
  const targets = scaling.events.map(
    ({ scalingEvents }) => (scalingEvents.target as { __typename: string }).__typename,
  );
  expect(targets).toEqual(expect.arrayContaining(['NodePool', 'Workload']));
  await seeMetrics(session, id);
  await deleteCluster(session, id);
}

async function deploy(session: GraphSession, clusterId: string): Promise<string> {
  const { applyManifest } = await queryGraph<{
    applyManifest: { workload: { id: string }; userErrors: unknown[] };
  }>(session, documents.APPLY, { input: { clusterId, yaml: documents.deploymentYaml('web', 2) } });
  expect(applyManifest.userErrors).toEqual([]);
  await readyReplicas(session, applyManifest.workload.id, 2);
  return applyManifest.workload.id;
}

export async function readyReplicas(session: GraphSession, id: string, replicas: number): Promise<void> {
  await eventually(
    async () => {
      const { workload } = await queryGraph<{
        workload: { readyReplicas: number; pods: { nodes: { phase: string }[] } };
      }>(session, documents.WORKLOAD, { id });
      return (
        workload.readyReplicas === replicas &&
        workload.pods.nodes.filter((pod) => pod.phase === 'Running').length === replicas
      );
    },
    { what: `${replicas} ready replicas` },
  );
}

async function scaleBeyondQuota(session: GraphSession, clusterId: string): Promise<void> {
  const pool = (await clusterView(session, clusterId)).nodePools.nodes[0]!;
  const { scaleNodePool } = await queryGraph<{
    scaleNodePool: { operation: { id: string }; userErrors: unknown[] };
  }>(session, documents.SCALE_POOL, {
    input: { nodePoolId: pool.id, desiredSize: 30 },
  });
  expect(scaleNodePool.userErrors).toEqual([]);
  const end = await operationEnd(session, scaleNodePool.operation.id);
  // 100 vCPU of pay-as-you-go quota are 25 nodes of 4; three exist already.
  expect(end).toMatchObject({ state: 'PARTIAL', result: { requested: 27, created: 22, failed: 5 } });
  expect(end.result?.failures[0]?.code).toBe('QUOTA_EXCEEDED');
  expect((await clusterView(session, clusterId)).nodePools.nodes[0]).toMatchObject({
    desiredSize: 30,
    healthyNodes: 25,
    state: 'ACTIVE',
  });
}

async function scaleWorkload(session: GraphSession, workloadId: string): Promise<void> {
  const { scaleWorkload: payload } = await queryGraph<{ scaleWorkload: { userErrors: unknown[] } }>(
    session,
    documents.SCALE_WORKLOAD,
    {
      input: { workloadId, replicas: 10 },
    },
  );
  expect(payload.userErrors).toEqual([]);
  await readyReplicas(session, workloadId, 10);
}

async function seeMetrics(session: GraphSession, id: string): Promise<void> {
  await eventually(
    async () => {
      const variables = {
        id,
        from: new Date(Date.now() - 600_000).toISOString(),
        to: new Date(Date.now() + 60_000).toISOString(),
      };
      const { cluster } = await queryGraph<{
        cluster: { metrics: { name: string; points: { value: number }[] }[] };
      }>(
        session,
        `query Metrics($id: ID!, $from: DateTime!, $to: DateTime!) {
          cluster(id: $id) { metrics(from: $from, to: $to) { name unit points { at value } } } }`,
        variables,
      );
      return cluster.metrics.some(({ points }) => points.some(({ value }) => value > 0));
    },
    { what: 'a metric of the cluster' },
  );
}

async function deleteCluster(session: GraphSession, id: string): Promise<void> {
  const { deleteCluster: payload } = await queryGraph<{
    deleteCluster: { operation: { id: string }; userErrors: unknown[] };
  }>(session, documents.DELETE_CLUSTER, { input: { id } });
  expect(payload.userErrors).toEqual([]);
  expect(await operationEnd(session, payload.operation.id)).toMatchObject({ state: 'SUCCEEDED' });
  const { quotas, clusters } = await queryGraph<{
    quotas: { resource: string; used: number }[];
    clusters: { nodes: unknown[] };
  }>(session, '{ quotas { resource used } clusters { nodes { id } } }');
  expect(clusters.nodes).toEqual([]);
  expect(quotas.filter(({ used }) => used !== 0)).toEqual([]);
}
