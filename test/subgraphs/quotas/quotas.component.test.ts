import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { release, reserve, setLimit } from '../../../engine/ledger/ledger.js';
import { systemClock } from '../../../kernel/clock.js';
import { newId } from '../../../kernel/ids.js';
import { readCatalog } from '../../../catalog/catalog.js';
import { quotaDefinitions } from '../../../catalog/quota-definitions.js';
import { quotaId } from '../../../engine/ledger/quota-id.js';
import { createQuotasSubgraph } from '../../../subgraphs/quotas/subgraph.js';
import { type AskSubgraph, askSubgraph } from '../../kit/ask-subgraph.js';
import { createTestDatabase, type TestDatabase } from '../../kit/database.js';

let kit: TestDatabase;
let ask: AskSubgraph;

beforeAll(async () => {
  kit = await createTestDatabase();
  ask = askSubgraph(
    await createQuotasSubgraph({ database: kit.database, clock: systemClock, rights: kit.rights }),
  );
});
afterAll(() => kit[Symbol.asyncDispose]());

interface QuotaFields {
  id: string;
  resource: string;
  limit: number | null;
  defaultLimit: number | null;
  used: number;
  available: number | null;
  scope: string;
  scopeId: string | null;
  adjustable: boolean;
  unit: string;
  description: string;
  product: string | null;
  counted: boolean;
}
const FIELDS =
  'id resource limit defaultLimit used available scope scopeId adjustable unit description product counted';

async function quotas(account: string, filter = '{}'): Promise<QuotaFields[]> {
  const { data, errors } = await ask<{ quotas: QuotaFields[] }>(
    account,
    `{ quotas(filter: ${filter}) { ${FIELDS} } }`,
  );
  expect(errors).toEqual([]);
  return data.quotas;
}

async function ofClusters(
  account: string,
  clusters: { id: string; product: string }[],
): Promise<QuotaFields[][]> {
  const { data, errors } = await ask<{ _entities: { quotas: QuotaFields[] }[] }>(
    account,
    `query E($of: [_Any!]!) { _entities(representations: $of) { ... on Cluster { quotas { ${FIELDS} } } } }`,
    { of: clusters.map((cluster) => ({ __typename: 'Cluster', ...cluster })) },
  );
  expect(errors).toEqual([]);
  return data._entities.map((entity) => entity.quotas);
}

function use(account: string, resource: string, scope: string, amount: number): Promise<void> {
  return kit.database.prisma.$transaction((tx) => reserve(tx, { account, resource, scope, amount }));
}

describe('quotas of an account', () => {
  test('without granted limits have the defaults of the catalog', async () => {
    const definitions = quotaDefinitions(await readCatalog());
    const listed = await quotas('newcomer');
    expect(
      listed.map((q) => [q.resource, q.limit, q.used, q.available, q.unit, q.adjustable, q.scope, q.product]),
    ).toEqual(
      definitions.map((row) => [
        row.resource,
        // The minimum number of disks, for an account without instances.
        row.resource === 'payg-disks' ? 10 : row.default_limit,
        0,
        row.resource === 'payg-disks' ? 10 : row.default_limit,
        row.unit,
        row.adjustable,
        row.scope_kind,
        row.product,
      ]),
    );
    expect(listed.map((quota) => quota.defaultLimit)).toEqual(definitions.map((row) => row.default_limit));
    expect(new Set(listed.map((quota) => quota.id)).size).toBe(listed.length);
  });

  test('have the usage of the account, and of no other', async () => {
    await use('acme', 'payg-vcpu', '', 12);
    await use('other', 'payg-vcpu', '', 4);
    const [mine] = await quotas('acme', '{ resource: "payg-vcpu" }');
    const [theirs] = await quotas('other', '{ resource: "payg-vcpu" }');
    expect(mine).toMatchObject({ used: 12, limit: 100, available: 88, counted: true });
    expect(theirs).toMatchObject({ used: 4, limit: 100, available: 96 });
    await kit.database.prisma.$transaction((tx) =>
      release(tx, { account: 'acme', resource: 'payg-vcpu', scope: '', amount: 12 }),
    );
    expect(await quotas('acme', '{ onlyUsed: true }')).toEqual([]);
  });

  test('of each cluster have the highest usage among the clusters', async () => {
    await use('wide', 'ACK_PRO/nodesPerCluster', newId('cluster'), 3);
    await use('wide', 'ACK_PRO/nodesPerCluster', newId('cluster'), 8);
    const used = await quotas('wide', '{ onlyUsed: true }');
    expect(used).toMatchObject([
      { resource: 'ACK_PRO/nodesPerCluster', used: 8, scope: 'CLUSTER', scopeId: null },
    ]);
  });

  test.each([
    ['{ product: ASK_PRO }', ['ASK_PRO/clustersPerAccount', 'ASK_PRO/podsPerCluster']],
    ['{ scope: VPC }', ['vswitches-per-vpc', 'private-ips-per-vpc']],
    ['{ product: REGISTERED, adjustable: false }', ['REGISTERED/podsPerNode']],
    ['{ resource: "unheard-of" }', []],
  ])('quotas(filter: %s) returns the quotas that match all conditions', async (filter, resources) => {
    expect((await quotas('acme', filter)).map((quota) => quota.resource)).toEqual(resources);
  });

  test('are found by id', async () => {
    const query = `query Q($id: ID!) { quota(id: $id) { ${FIELDS} } }`;
    for (const quota of await quotas('acme')) {
      expect((await ask('acme', query, { id: quota.id })).data).toEqual({ quota });
    }
    for (const id of ['quota_x', 'nonsense', quotaId({ resource: 'unheard-of', scope: '' })]) {
      expect((await ask('acme', query, { id })).data).toEqual({ quota: null });
    }
  });

  test('report whether they are counted and enforced', async () => {
    const counted = (await quotas('acme')).filter((quota) => quota.counted).map((quota) => quota.resource);
    expect(counted).toContain('ACK_STANDARD/nodesPerCluster');
    expect(counted).toContain('load-balancers');
    expect(counted).toContain('listeners-per-load-balancer');
    expect(counted).toContain('ASK_PRO/podsPerCluster');
    expect(counted).not.toContain('ACK_PRO/podsPerNode');
  });
});

describe('quotas of a cluster', () => {
  test('are those of its product, with its own usage and limit', async () => {
    const [first, two] = [newId('cluster'), newId('cluster')];
    await use('acme', 'ACK_STANDARD/nodesPerCluster', first, 7);
    for (const count of ['nodePoolsPerCluster', 'scalingGroupsPerCluster'])
      await use('acme', `ACK_STANDARD/${count}`, first, 1);
    await setLimit(kit.database.prisma, 'acme', { resource: 'ACK_STANDARD/nodesPerCluster', scope: two }, 50);
    const [ofOne, ofTwo] = await ofClusters('acme', [
      { id: first, product: 'ACK_STANDARD' },
      { id: two, product: 'ACK_STANDARD' },
    ]);
    expect(ofOne).toMatchObject([
      { resource: 'ACK_STANDARD/nodePoolsPerCluster', limit: 10, used: 1, scopeId: first },
      { resource: 'ACK_STANDARD/scalingGroupsPerCluster', limit: 10, used: 1, scopeId: first, counted: true },
      { resource: 'ACK_STANDARD/nodesPerCluster', limit: 10, used: 7, available: 3, scopeId: first },
      { resource: 'ACK_STANDARD/podsPerNode', limit: 256, used: 0, scope: 'NODE', counted: false },
    ]);
    expect(ofTwo).toMatchObject([{ used: 0 }, { used: 0 }, { limit: 50, used: 0 }, {}]);
    expect(await quotas('acme', `{ clusterId: "${first}" }`)).toEqual(ofOne);
    const [ask] = await ofClusters('acme', [{ id: newId('cluster'), product: 'ASK_PRO' }]);
    expect(ask).toMatchObject([{ resource: 'ASK_PRO/podsPerCluster', limit: 10_000 }]);
  });

  test('exist from its creation, before anything is in it', async () => {
    const cluster = newId('cluster');
    await use('acme', 'ASK_PRO/podsPerCluster', cluster, 0);
    expect(await quotas('acme', `{ clusterId: "${cluster}" }`)).toMatchObject([
      { resource: 'ASK_PRO/podsPerCluster', scopeId: cluster, used: 0 },
    ]);
  });

  test('of another account return the same as those of an unknown cluster', async () => {
    const cluster = newId('cluster');
    await use('acme', 'ACK_PRO/nodesPerCluster', cluster, 7);
    const [[, , nodes]] = (await ofClusters('acme', [{ id: cluster, product: 'ACK_PRO' }])) as [
      QuotaFields[],
    ];
    const query = `query Q($id: ID!) { quota(id: $id) { used } }`;
    expect((await ask('acme', query, { id: nodes?.id })).data).toEqual({ quota: { used: 7 } });
    expect((await ask('stranger', query, { id: nodes?.id })).data).toEqual({ quota: null });
    expect(await quotas('stranger', `{ clusterId: "${cluster}" }`)).toEqual([]);
    expect(await quotas('stranger', `{ clusterId: "${newId('cluster')}" }`)).toEqual([]);
  });

  test('cost one statement for one cluster and for 50', async () => {
    const clusters = Array.from({ length: 50 }, () => ({ id: newId('cluster'), product: 'ACK_PRO' }));
    await ofClusters('acme', clusters.slice(0, 1));
    const single = await kit.statements(() => ofClusters('acme', clusters.slice(0, 1)));
    const fifty = await kit.statements(() => ofClusters('acme', clusters));
    expect([single.length, fifty.length]).toEqual([1, 1]);
  });
});
