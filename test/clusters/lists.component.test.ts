import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setLimit } from '../../engine/ledger/ledger.js';
import { type ClustersKit, openClusters } from './kit.js';
import { runningCluster } from './running-cluster.js';

const POOLS = [
  { name: 'a', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 2 },
  { name: 'b', instanceTypes: ['ecs.c7.xlarge', 'ecs.g7.xlarge'], desiredSize: 1 },
];
let clusters: ClustersKit;
let ids: string[];

beforeAll(async () => {
  clusters = await openClusters();
  const { prisma } = clusters.platform.database;
  await setLimit(prisma, 'fleet', { resource: 'ACK_PRO/clustersPerAccount', scope: '*' }, null);
  await setLimit(prisma, 'fleet', { resource: 'load-balancers', scope: '*' }, null);
  await runningCluster(clusters, 'single', { name: 'only', nodePools: POOLS });
  ids = [];
  for (let i = 0; i < 50; i += 1) {
    const regionId = i % 2 === 0 ? 'cn-hangzhou' : 'cn-beijing';
    const name = `Cluster-${String(i).padStart(2, '0')}`;
    const labels = { parity: i % 2 === 0 ? 'even' : 'odd', n: String(i) };
    ids.push((await runningCluster(clusters, 'fleet', { name, regionId, labels, nodePools: POOLS })).id);
  }
});
afterAll(() => clusters[Symbol.asyncDispose]());

interface Listed {
  readonly clusters: {
    readonly totalCount: number;
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    readonly nodes: { readonly id: string; readonly name: string }[];
  };
}
const LIST = `query ($first: Int, $after: String, $filter: ClusterFilter, $orderBy: ClusterOrder) {
  clusters(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    totalCount pageInfo { hasNextPage endCursor } nodes { id name } } }`;
const list = async (variables: Record<string, unknown>) =>
  (await clusters.run<Listed>(LIST, variables, 'fleet')).data.clusters;

const DEEP = `{ clusters(first: 50) { totalCount nodes {
  id version { upgradeTargets { id } removedApis { kind } } region { id } maintenanceWindow { isOpen }
  nodePools { totalCount nodes { id totalNodes servingNodes healthyNodes failedNodes instanceTypes { id } cluster { id }
    nodes(first: 2) { totalCount nodes { id zone { id } instanceType { id } nodePool { id } cluster { name } } } } }
  nodes(first: 2, orderBy: { field: NAME, direction: DESC }) { totalCount nodes { name nodePool { name } } }
  operations(first: 1) { totalCount nodes { state target { ... on Cluster { name } ... on NodePool { name } } } }
} } }`;

describe('number of SQL statements', () => {
  const count = async (account: string, query: string, variables = {}) => {
    let response: unknown;
    const statements = await clusters.kit.statements(async () => {
      response = await clusters.run(query, variables, account);
    });
    expect(response).not.toHaveProperty('errors');
    return { statements: statements.length, response };
  };

  test('is the same for a deep query of 1 and of 50 clusters', async () => {
    await clusters.run('{ kubernetesVersions { id } }');
    const single = await count('single', DEEP);
    const fifty = await count('fleet', DEEP);
    expect(fifty.response).toMatchObject({ data: { clusters: { totalCount: 50 } } });
    expect(fifty.statements).toBe(single.statements);
    // A page and a total for each of the five lists, the pools' node counts, and the maintenance windows.
    expect(fifty.statements).toBe(12);
  });

  test('is one for many references', async () => {
    const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Cluster { name state } } }`;
    const of = ids.map((id) => ({ __typename: 'Cluster', id }));
    expect((await count('fleet', query, { of })).statements).toBe(1);
  });

  test('is one for the clusters of many regions', async () => {
    const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Region { clusters(first: 5) { nodes { id } } } } }`;
    const of = ['cn-hangzhou', 'cn-beijing', 'cn-shanghai'].map((id) => ({ __typename: 'Region', id }));
    const { statements, response } = await count('fleet', query, { of });
    expect(statements).toBe(1);
    expect(response).toMatchObject({
      data: {
        _entities: [
          { clusters: { nodes: [0, 2, 4, 6, 8].map((i) => ({ id: ids[i] })) } },
          { clusters: { nodes: [1, 3, 5, 7, 9].map((i) => ({ id: ids[i] })) } },
          { clusters: { nodes: [] } },
        ],
      },
    });
  });
});

describe('pages of lists', () => {
  test.each([
    [undefined, 'ASC'],
    [{ field: 'CREATED_AT', direction: 'DESC' }, 'DESC'],
    [{ field: 'NAME', direction: 'ASC' }, 'ASC'],
    [{ field: 'NAME', direction: 'DESC' }, 'DESC'],
  ])('contain every cluster once in the order %j', async (orderBy, direction) => {
    const seenIds: string[] = [];
    let after: string | null = null;
    do {
      const page: Listed['clusters'] = await list({ first: 7, after, orderBy });
      seenIds.push(...page.nodes.map(({ id }) => id));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    expect(seenIds).toEqual(direction === 'ASC' ? ids : [...ids].reverse());
  });

  /** Reads a nested list page by page; returns the nodes in the order of the pages. */
  const walk = async (list: string, orderBy: object | undefined, selection = 'name createdAt') => {
    const order = orderBy ? `, orderBy: ${literal(orderBy)}` : '';
    const items: { id: string; name: string }[] = [];
    let after: string | null = null;
    do {
      const query = `query ($id: ID!, $after: String) { cluster(id: $id) {
        page: ${list}(first: 2, after: $after${order}) { pageInfo { hasNextPage endCursor } nodes { id ${selection} } } } }`;
      const variables = { id: ids[0], after };
      const response = await clusters.run<{ cluster: { page: Walked } }>(query, variables, 'fleet');
      const page: Walked = response.data.cluster.page;
      items.push(...page.nodes);
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    return items;
  };
  interface Walked {
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    readonly nodes: { readonly id: string; readonly name: string }[];
  }
  const literal = (value: object) => JSON.stringify(value).replaceAll('"', '');

  test.each(['nodePools', 'nodes'])(
    'of %s of a cluster are sorted by orderBy and contain every item once in both directions',
    async (name) => {
      const plain = await walk(name, undefined);
      const byName = [...plain].sort((a, b) => (a.name < b.name ? -1 : 1));
      expect(plain.length).toBeGreaterThan(1);
      expect(await walk(name, { field: 'NAME' })).toEqual(byName);
      expect(await walk(name, { field: 'NAME', direction: 'DESC' })).toEqual([...byName].reverse());
      const byTime = await walk(name, { field: 'CREATED_AT', direction: 'ASC' });
      expect(byTime.map(({ id }) => id)).toEqual(plain.map(({ id }) => id));
      expect(await walk(name, { field: 'CREATED_AT', direction: 'DESC' })).toEqual([...byTime].reverse());
    },
  );

  test('list operations of a cluster newest first, or by orderBy', async () => {
    const plain = await walk('operations', undefined, 'createdAt');
    const oldestFirst = await walk('operations', { field: 'CREATED_AT' }, 'createdAt');
    expect(oldestFirst).toEqual([...plain].reverse());
  });

  test.each([
    ['{ field: NAME }', undefined],
    [undefined, '{ field: NAME }'],
    ['{ field: NAME }', '{ field: NAME, direction: DESC }'],
    ['{ field: NAME }', '{ field: CREATED_AT }'],
    ['{ field: CREATED_AT }', '{ field: NAME }'],
  ])('reject a cursor of the order %s in a list of the order %s', async (of, other) => {
    const page = async (orderBy: string | undefined, after?: string) =>
      clusters.run<{ clusters: { nodes: { nodes: { pageInfo: { endCursor: string } } }[] } }>(
        `query ($after: String) { clusters(first: 1) { nodes {
          nodes(first: 1, after: $after${orderBy ? `, orderBy: ${orderBy}` : ''}) { pageInfo { endCursor } } } } }`,
        { after },
        'fleet',
      );
    const cursor = (await page(of)).data.clusters.nodes[0]?.nodes.pageInfo.endCursor;
    expect(await page(of, cursor)).not.toHaveProperty('errors');
    expect((await page(other, cursor)).errors).toMatchObject([
      {
        message: expect.stringContaining('is not one of this list ordered by') as unknown,
        extensions: { code: 'INVALID_CURSOR' },
      },
    ]);
  });

  test.each([
    ['["CREATED_AT ASC","2026-02-31T00:00:00.000Z","cluster_1"]', 'CREATED_AT'],
    ['["CREATED_AT ASC","0000-01-01T00:00:00.000Z","cluster_1"]', 'CREATED_AT'],
    ['["CREATED_AT ASC","infinity","cluster_1"]', 'CREATED_AT'],
    ['["NAME ASC","a\\u0000","cluster_1"]', 'NAME'],
    ['["NAME ASC","a\\ud800","cluster_1"]', 'NAME'],
    ['["NAME ASC","a"]', 'NAME'],
    ['["NAME ASC"]', 'NAME'],
    ['["NAME ASC","a","cluster_1","more"]', 'NAME'],
  ])('reject the forged cursor %s', async (text, field) => {
    const after = Buffer.from(text).toString('base64url');
    const { errors } = await clusters.run(LIST, { after, orderBy: { field } }, 'fleet');
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_CURSOR', path: ['after'] } }]);
  });

  test('continue nested lists after a cursor', async () => {
    const query = `query ($id: ID!, $after: String) { cluster(id: $id) { nodes(first: 2, after: $after) {
      pageInfo { hasNextPage hasPreviousPage endCursor } nodes { id } } } }`;
    type View = {
      cluster: { nodes: { pageInfo: { hasNextPage: boolean; endCursor: string }; nodes: { id: string }[] } };
    };
    const first = (await clusters.run<View>(query, { id: ids[0] }, 'fleet')).data.cluster.nodes;
    const after = first.pageInfo.endCursor;
    const second = (await clusters.run<View>(query, { id: ids[0], after }, 'fleet')).data.cluster.nodes;
    expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
    expect(new Set([...first.nodes, ...second.nodes].map(({ id }) => id)).size).toBe(3);
  });

  test.each([
    ['{ clusters(first: 501) { nodes { id } } }', 'PAGE_SIZE_EXCEEDED'],
    ['{ clusters(first: 0) { nodes { id } } }', 'PAGE_SIZE_EXCEEDED'],
    ['{ clusters(first: -1) { nodes { id } } }', 'PAGE_SIZE_EXCEEDED'],
    ['{ clusters(after: "nonsense") { nodes { id } } }', 'INVALID_CURSOR'],
    [
      `{ clusters(after: "${Buffer.from('["x","y"]').toString('base64url')}") { nodes { id } } }`,
      'INVALID_CURSOR',
    ],
    ['{ operations(first: 501) { nodes { id } } }', 'PAGE_SIZE_EXCEEDED'],
    ['{ operations(after: "W10") { nodes { id } } }', 'INVALID_CURSOR'],
    ['{ clusters(first: 1) { nodes { nodePools(first: 501) { nodes { id } } } } }', 'PAGE_SIZE_EXCEEDED'],
    ['{ clusters(first: 1) { nodes { nodes(after: "?") { nodes { id } } } } }', 'INVALID_CURSOR'],
    ['{ clusters(filter: { labels: [1] }) { nodes { id } } }', 'INVALID_INPUT'],
    ['subscription { watchClusters(after: "x.y") { type } }', 'INVALID_CURSOR'],
    ['subscription { provisioningEvents(after: "") { type } }', 'INVALID_CURSOR'],
  ])('%s answers %s', async (query, code) => {
    const { errors } = query.startsWith('sub')
      ? ((await (await clusters.open(query, {}, 'fleet')).next()).value as { errors: unknown })
      : await clusters.run(query, {}, 'fleet');
    expect(errors).toMatchObject([{ extensions: { code } }]);
  });
});

describe('filters of lists', () => {
  test.each([
    [{ regionId: 'cn-hangzhou' }, 25],
    [{ regionId: 'atlantis' }, 0],
    [{ product: 'ACK_PRO' }, 50],
    [{ product: 'REGISTERED' }, 0],
    [{ states: ['RUNNING', 'FAILED'] }, 50],
    [{ states: ['FAILED'] }, 0],
    [{ states: [] }, 0],
    [{ nameContains: 'cluster-0' }, 10],
    [{ nameContains: '%' }, 0],
    [{ labels: { parity: 'odd' } }, 25],
    [{ labels: { parity: 'odd', n: '3' } }, 1],
    [{ labels: { parity: 'odd', n: '2' } }, 0],
    [{ labels: { parity: 'odd' }, nameContains: '7', regionId: 'cn-beijing' }, 5],
    [{}, 50],
  ])('%j matches %i clusters, in the list and in its total', async (filter, total) => {
    const page = await list({ filter, first: 500 });
    expect([page.nodes.length, page.totalCount]).toEqual([total, total]);
  });

  test('select clusters by id', async () => {
    expect((await list({ filter: { ids: [ids[3], ids[1], 'x'] } })).nodes.map(({ id }) => id)).toEqual([
      ids[1],
      ids[3],
    ]);
  });

  test('select operations by type and target', async () => {
    const query = `query ($filter: OperationFilter) { operations(filter: $filter) { totalCount } }`;
    const total = async (filter: Record<string, unknown>) =>
      (await clusters.run<{ operations: { totalCount: number } }>(query, { filter }, 'fleet')).data.operations
        .totalCount;
    expect(await total({})).toBe(50);
    expect(await total({ clusterId: ids[0] })).toBe(1);
    expect(await total({ targetId: ids[0], kinds: ['CREATE_CLUSTER'], states: ['SUCCEEDED'] })).toBe(1);
    expect(await total({ kinds: ['UPGRADE_CLUSTER'] })).toBe(0);
    expect(await total({ states: ['RUNNING'] })).toBe(0);
    expect(await total({ kinds: ['OTHER'] })).toBe(0);
    // A type that a later release would have written.
    const ofLast = { targetId: ids[49] as string };
    await clusters.platform.database.prisma.operation.updateMany({
      where: ofLast,
      data: { type: 'LATER_KIND' },
    });
    expect(await total({ kinds: ['OTHER'] })).toBe(1);
    expect(await total({ kinds: ['OTHER', 'CREATE_CLUSTER'] })).toBe(50);
  });

  test.each([
    [{}, (types: { vcpus: number }[]) => types.some(({ vcpus }) => vcpus < 4)],
    [
      { fitsNode: true },
      (types: { vcpus: number; memoryGiB: number }[]) => types.every((t) => t.vcpus >= 4 && t.memoryGiB >= 8),
    ],
    [
      { fitsNode: false },
      (types: { vcpus: number; memoryGiB: number }[]) => types.every((t) => t.vcpus < 4 || t.memoryGiB < 8),
    ],
    [
      { minVcpus: 8, architecture: 'arm64' },
      (types: { vcpus: number; architecture: string }[]) =>
        types.every((t) => t.vcpus >= 8 && t.architecture === 'arm64'),
    ],
  ])('select instance types by %j', async (filter, holds) => {
    const query = `query ($filter: InstanceTypeFilter) { instanceTypes(filter: $filter) { id vcpus memoryGiB architecture gpus } }`;
    type Types = { id: string; vcpus: number; memoryGiB: number; architecture: string }[];
    const { data } = await clusters.run<{ instanceTypes: Types }>(query, { filter });
    expect(data.instanceTypes.length).toBeGreaterThan(0);
    expect(holds(data.instanceTypes)).toBe(true);
  });
});
