import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { queryGraph, createCluster, operationEnd, type GraphSession } from '../kit/cluster-lifecycle.js';
import { startTestPlatform, type TestPlatform } from '../kit/platform.js';
import { raiseQuotas } from '../kit/quotas.js';

/** Three levels over four subgraphs: clusters, regions, quotas and workloads; also observability. */
const FLEET = `query Fleet($first: Int) {
  clusters(first: $first) {
    nodes {
      id name state
      region { name city timeZone { id utcOffset } }
      quotas { resource limit used }
      nodePools(first: 5) { nodes { name desiredSize totalNodes healthyNodes nodes(first: 5) { nodes { name zone { region { id } } } } } }
      operations(first: 1) { nodes { type state } }
      workloads(first: 5, filter: { kind: DEPLOYMENT }) { nodes { namespace name readyReplicas } }
      events(first: 3) { nodes { type message } }
    }
  }
}`;

let platform: TestPlatform;
let session: GraphSession;

beforeAll(async () => {
  platform = await startTestPlatform();
  session = { url: platform.url, account: 'acme' };
  await raiseQuotas(session, { 'payg-vcpu': 1_000 });
  const created = await Promise.all(
    Array.from({ length: 20 }, (_, i) => createCluster(session, `c-${i}`, 1)),
  );
  for (const { operationId } of created) await operationEnd(session, operationId);
}, 240_000);
afterAll(() => platform[Symbol.asyncDispose]());

test('a three-level query over four subgraphs runs the same number of SQL statements for 1 and for 20 clusters', async () => {
  const own = (first: number) => platform.statements(() => queryGraph(session, FLEET, { first }));
  // Fills the caches of the process.
  await own(1);
  const single = await own(1);
  const twenty = await own(20);
  expect(twenty.length, `${single.join('\n')}\n--- twenty\n${twenty.join('\n')}`).toBe(single.length);
  // At least one statement of each subgraph.
  expect(twenty.length).toBeGreaterThan(4);
  expect(twenty.length).toBeLessThan(25);
}, 180_000);

test('Query.nodes costs the same number of statements for the objects of 1 and of 20 clusters', async () => {
  const ids = await idsOf(20);
  const found = (clusters: number) =>
    platform.statements(() =>
      queryGraph(
        session,
        'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Quota { used } } }',
        {
          ids: ids.slice(0, clusters).flat(),
        },
      ),
    );
  await found(1);
  const single = await found(1);
  const twenty = await found(20);
  expect(twenty.length, `${single.join('\n')}\n--- twenty\n${twenty.join('\n')}`).toBe(single.length);
}, 180_000);

/** Ids of the clusters, each with its node pool, an operation and two quotas. */
async function idsOf(clusters: number): Promise<string[][]> {
  interface Owner {
    readonly id: string;
    readonly quotas: readonly { readonly id: string }[];
    readonly nodePools: { readonly nodes: readonly { readonly id: string }[] };
    readonly operations: { readonly nodes: readonly { readonly id: string }[] };
  }
  const query = `query ($first: Int) { clusters(first: $first) { nodes {
    id quotas { id } nodePools(first: 1) { nodes { id } } operations(first: 1) { nodes { id } } } } }`;
  const data = await queryGraph<{ clusters: { nodes: Owner[] } }>(session, query, { first: clusters });
  return data.clusters.nodes.map(({ id, quotas, nodePools, operations }) =>
    [{ id }, ...quotas.slice(0, 2), ...nodePools.nodes, ...operations.nodes].map((resource) => resource.id),
  );
}
