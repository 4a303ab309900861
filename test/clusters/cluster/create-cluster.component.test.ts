import { afterAll, beforeAll, expect, test } from 'vitest';
import { readQuotaUsage, setLimit } from '../../../engine/ledger/ledger.js';
import { type ClustersKit, openClusters } from '../kit.js';
import { CREATE, type Created, proCluster } from '../requests.js';

let clusters: ClustersKit;
beforeAll(async () => {
  clusters = await openClusters();
});
afterAll(() => clusters[Symbol.asyncDispose]());

const create = async (input: Record<string, unknown>, account = 'acme', dryRun = false) =>
  (await clusters.run<Created>(CREATE, { input, dryRun }, account)).data.createCluster;

/** Row counts of the tables that a creation writes, for an account. */
async function written(account: string) {
  const { prisma } = clusters.platform.database;
  const where = { where: { account } };
  return {
    clusters: await prisma.cluster.count(where),
    pools: await prisma.nodePool.count(where),
    operations: await prisma.operation.count(where),
    usages: await prisma.ledgerUsage.count(where),
    events: await prisma.event.count(where),
    tokens: await prisma.clientToken.count(where),
  };
}

test('creates a cluster with its pools, operation, quota usage, events and job in one transaction', async () => {
  const pools = [
    { name: 'workers', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 3 },
    {
      name: 'elastic',
      instanceTypes: ['ecs.c7.xlarge'],
      autoscaling: { enabled: true, minSize: 2, maxSize: 9 },
    },
  ];
  const { cluster, operation, userErrors } = await create(
    proCluster('first', { nodePools: pools, labels: { team: 'a' } }),
    'one',
  );
  expect(userErrors).toEqual([]);
  expect(cluster).toMatchObject({
    name: 'first',
    state: 'INITIAL',
    type: 'MANAGED_KUBERNETES',
    profile: 'DEFAULT',
    spec: 'PRO',
    product: 'ACK_PRO',
    labels: { team: 'a' },
    resourceVersion: '1',
    region: { id: 'cn-hangzhou' },
    timeZone: { id: 'Asia/Shanghai' },
    version: { creatable: true, supported: true, expired: false },
    nodePools: {
      totalCount: 2,
      nodes: [
        { name: 'workers', state: 'INITIAL', desiredSize: 3, totalNodes: 0, autoscaling: null },
        { name: 'elastic', desiredSize: 2, autoscaling: { enabled: true, minSize: 2, maxSize: 9 } },
      ],
    },
  });
  expect(operation).toMatchObject({
    type: 'CREATE_CLUSTER',
    state: 'PENDING',
    progress: 0,
    stages: ['CONTROL_PLANE', 'KUBERNETES_API', 'NODE_POOLS', 'READY'].map((name) => ({
      name,
      state: 'PENDING',
    })),
    result: { requested: 5, created: 0, failed: 0, failures: [] },
    target: { __typename: 'Cluster', id: cluster?.id },
  });
  const { prisma, pool } = clusters.platform.database;
  const id = cluster?.id ?? '';
  const usage = await readQuotaUsage(prisma, 'one', [
    { resource: 'ACK_PRO/clustersPerAccount', scope: '' },
    { resource: 'load-balancers', scope: '' },
    { resource: 'ACK_PRO/nodePoolsPerCluster', scope: id },
    { resource: 'ACK_PRO/scalingGroupsPerCluster', scope: id },
    { resource: 'ACK_PRO/nodesPerCluster', scope: id },
  ]);
  expect(usage.map(({ used }) => used)).toEqual([1, 1, 2, 2, 5]);
  const events = await prisma.event.findMany({ where: { account: 'one' }, orderBy: { sequence: 'asc' } });
  expect(events.map(({ type, clusterId }) => [type, clusterId])).toEqual([
    ['OPERATION_PENDING', id],
    ['CLUSTER_REQUESTED', id],
  ]);
  const jobs = await pool.query('SELECT 1 FROM graphile_worker._private_jobs WHERE key = $1', [
    `cluster:${id}`,
  ]);
  expect(jobs.rowCount).toBe(1);
});

test('a dry run returns no ids and stores nothing', async () => {
  const input = proCluster('rehearsed', {
    nodePools: [{ name: 'w', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 1 }],
    clientToken: 't',
  });
  const { cluster, operation, userErrors } = await create(input, 'dry', true);
  expect(userErrors).toEqual([]);
  expect([cluster, operation]).toEqual([null, null]);
  expect(await written('dry')).toEqual({
    clusters: 0,
    pools: 0,
    operations: 0,
    usages: 0,
    events: 0,
    tokens: 0,
  });
  expect((await create(input, 'dry')).userErrors).toEqual([]);
});

test('a repeated clientToken returns the first response and changes nothing', async () => {
  const input = proCluster('once', { clientToken: 'token-1' });
  const first = await create(input, 'repeat');
  const before = await written('repeat');
  const second = await create(input, 'repeat');
  expect(second.cluster?.id).toBe(first.cluster?.id);
  expect(second.operation?.id).toBe(first.operation?.id);
  expect(second.userErrors).toEqual([]);
  expect(await written('repeat')).toEqual(before);
});

test('rejects a clientToken with other input', async () => {
  await create(proCluster('same', { clientToken: 'token-2' }), 'repeat');
  const { cluster, userErrors } = await create(proCluster('other', { clientToken: 'token-2' }), 'repeat');
  expect(cluster).toBeNull();
  expect(userErrors).toMatchObject([{ code: 'CLIENT_TOKEN_REUSED', path: ['input', 'clientToken'] }]);
});

test('creates one cluster for concurrent requests with the same clientToken', async () => {
  const input = proCluster('twin', { clientToken: 'race' });
  const payloads = await Promise.all(Array.from({ length: 8 }, () => create(input, 'racer')));
  expect(new Set(payloads.map(({ cluster }) => cluster?.id)).size).toBe(1);
  expect(payloads.flatMap(({ userErrors }) => userErrors)).toEqual([]);
  expect(await written('racer')).toMatchObject({ clusters: 1, operations: 1, tokens: 1 });
});

test('grants a name to exactly one of several concurrent requests', async () => {
  const payloads = await Promise.all(Array.from({ length: 6 }, () => create(proCluster('wanted'), 'names')));
  expect(payloads.filter(({ cluster }) => cluster !== null)).toHaveLength(1);
  const rejected = payloads.flatMap(({ userErrors }) => userErrors);
  expect(rejected).toHaveLength(5);
  for (const error of rejected)
    expect(error).toMatchObject({ code: 'DUPLICATE_NAME', path: ['input', 'name'] });
  expect((await create(proCluster('wanted'), 'somebody-else')).userErrors).toEqual([]);
});

test('grants the last cluster of a quota to exactly one of several concurrent requests', async () => {
  await setLimit(
    clusters.platform.database.prisma,
    'last',
    { resource: 'ACK_PRO/clustersPerAccount', scope: '*' },
    1,
  );
  const payloads = await Promise.all([0, 1, 2, 3].map((i) => create(proCluster(`c${i}`), 'last')));
  expect(payloads.filter(({ cluster }) => cluster !== null)).toHaveLength(1);
  for (const error of payloads.flatMap(({ userErrors }) => userErrors)) {
    expect(error).toMatchObject({
      __typename: 'QuotaExceededError',
      code: 'QUOTA_EXCEEDED',
      resource: 'ACK_PRO/clustersPerAccount',
      limit: 1,
      used: 1,
      requested: 1,
    });
  }
  expect(await written('last')).toMatchObject({ clusters: 1, operations: 1 });
});

test('reports every problem of a request at once and writes nothing', async () => {
  await create(proCluster('taken'), 'strict');
  const before = await written('strict');
  const input = proCluster('taken', {
    zoneIds: ['cn-beijing-a'],
    version: '1.28',
    nodePools: [{ name: 'w', instanceTypes: ['ecs.g7.xlarge', 'ecs.g7.large'], desiredSize: 100_001 }],
  });
  const { cluster, operation, userErrors } = await create(input, 'strict');
  expect([cluster, operation]).toEqual([null, null]);
  expect(userErrors.map(({ code, path }) => [code, ...(path ?? [])])).toEqual([
    ['UNKNOWN_ZONE', 'input', 'zoneIds', '0'],
    ['VERSION_NOT_CREATABLE', 'input', 'version'],
    ['INSTANCE_TYPE_TOO_SMALL', 'input', 'nodePools', '0', 'instanceTypes', '1'],
    ['INVALID_INPUT', 'input', 'nodePools', '0', 'desiredSize'],
    ['DUPLICATE_NAME', 'input', 'name'],
  ]);
  expect(await written('strict')).toEqual(before);
});

test.each([
  ['ap-southeast-7', 'EXTERNAL_KUBERNETES', 'PRODUCT_COMING_SOON'],
  ['cn-nanjing', 'KUBERNETES', 'PRODUCT_NOT_OFFERED'],
  ['atlantis', 'MANAGED_KUBERNETES', 'UNKNOWN_REGION'],
])('in %s rejects a cluster of %s with %s', async (regionId, type, code) => {
  const { userErrors } = await create({ name: 'x', regionId, type });
  expect(userErrors).toMatchObject([{ code, path: ['input', 'regionId'] }]);
});

test('creates a registered cluster that waits for its agent, without operation, control plane and job', async () => {
  const { cluster, operation, userErrors } = await create(
    { name: 'elsewhere', regionId: 'guangzhou', type: 'EXTERNAL_KUBERNETES' },
    'registrar',
  );
  expect(userErrors).toEqual([]);
  expect(operation).toBeNull();
  expect(cluster).toMatchObject({
    state: 'WAITING',
    product: 'REGISTERED',
    spec: null,
    region: { id: 'cn-guangzhou' },
  });
});

test('reports problems of the network together with all other problems', async () => {
  const network = {
    vpcId: 'vpc_00000000000000000000000000',
    securityGroupId: 'sg_00000000000000000000000000',
  };
  const { userErrors } = await create({
    ...proCluster('Not A Name'),
    version: '1.1.1',
    timeZone: 'Mars/Olympus',
    network,
    clientToken: '',
  });
  expect(userErrors.map(({ code, path }) => [code, path?.slice(1).join('.')]).sort()).toEqual([
    ['INVALID_INPUT', 'clientToken'],
    ['INVALID_INPUT', 'name'],
    ['NOT_FOUND', 'network.securityGroupId'],
    ['NOT_FOUND', 'network.vpcId'],
    ['UNKNOWN_TIME_ZONE', 'timeZone'],
    ['UNKNOWN_VERSION', 'version'],
  ]);
});

test('reports a duplicate name, an unknown network and an insufficient quota together', async () => {
  const account = 'several-problems';
  await setLimit(clusters.platform.database.prisma, account, { resource: 'payg-vcpu', scope: '*' }, 4);
  await create(proCluster('taken'), account);
  const { userErrors } = await create(
    proCluster('taken', {
      network: { vpcId: 'vpc_00000000000000000000000000' },
      nodePools: [{ name: 'many', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 2_000 }],
    }),
    account,
  );
  expect(userErrors.map(({ code }) => code)).toEqual(
    expect.arrayContaining(['DUPLICATE_NAME', 'NOT_FOUND', 'QUOTA_EXCEEDED']),
  );
});

test('a dry run rejects the clientToken that the real request would reject, and stores none', async () => {
  const account = 'rehearsals';
  const rejections = async (input: Record<string, unknown>) =>
    (await create(input, account, true)).userErrors.map(({ code }) => code);
  expect(await rejections(proCluster('a', { clientToken: '' }))).toEqual(['INVALID_INPUT']);
  expect(await rejections(proCluster('a', { clientToken: 'x'.repeat(129) }))).toEqual(['INVALID_INPUT']);
  expect(await rejections(proCluster('a', { clientToken: 'once' }))).toEqual([]);
  expect((await create(proCluster('b', { clientToken: 'once' }), account)).userErrors).toEqual([]);
  expect(await rejections(proCluster('a', { clientToken: 'once' }))).toEqual(['CLIENT_TOKEN_REUSED']);
});
