import { afterAll, beforeAll, expect, test } from 'vitest';
import { readQuotaUsage, setLimit } from '../../../engine/ledger/ledger.js';
import { type ClustersKit, openClusters } from '../kit.js';
import { addNodes, runningCluster } from '../running-cluster.js';
import { type PayloadView, poolMutation } from '../requests.js';

let clusters: ClustersKit;
beforeAll(async () => {
  clusters = await openClusters();
});
afterAll(() => clusters[Symbol.asyncDispose]());

interface Payload extends PayloadView {
  readonly nodePool: { id: string; state: string; desiredSize: number; cluster: { state: string } } | null;
}

const mutate = async (name: string, input: Record<string, unknown>, dryRun = false) => {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  return (await clusters.run<{ payload: Payload }>(poolMutation(name, type, dryRun), { input })).data.payload;
};
const workers = { nodePools: [{ name: 'workers', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 3 }] };
const start = async (name: string, pools: Record<string, unknown> = workers) => {
  const cluster = await runningCluster(clusters, 'acme', { name, ...pools });
  return { id: cluster.id, pool: cluster.nodePools.nodes[0]?.id ?? '' };
};
const usageOf = async (cluster: string, pool: string) =>
  (
    await readQuotaUsage(clusters.platform.database.prisma, 'acme', [
      { resource: 'ACK_PRO/nodePoolsPerCluster', scope: cluster },
      { resource: 'ACK_PRO/nodesPerCluster', scope: cluster },
      { resource: 'instances-per-scaling-group', scope: pool },
    ])
  ).map(({ used }) => used);

test('createNodePool stores pool, operation, quota usage and job, and sets the cluster to scaling', async () => {
  const { id } = await start('grows');
  const { nodePool, operation, userErrors } = await mutate('createNodePool', {
    clusterId: id,
    name: 'more',
    instanceTypes: ['ecs.g7.2xlarge'],
    desiredSize: 4,
  });
  expect(userErrors).toEqual([]);
  expect(nodePool).toMatchObject({
    name: 'more',
    state: 'INITIAL',
    desiredSize: 4,
    cluster: { id, state: 'SCALING' },
  });
  expect(operation).toMatchObject({
    type: 'CREATE_NODE_POOL',
    stages: [{ name: 'NODES' }],
    result: { requested: 4 },
    target: { id: nodePool?.id },
  });
  expect(await usageOf(id, nodePool?.id ?? '')).toEqual([2, 7, 4]);
  const key = `node-pool:${nodePool?.id}`;
  const jobs = await clusters.platform.database.pool.query(
    'SELECT 1 FROM graphile_worker._private_jobs WHERE key = $1',
    [key],
  );
  expect(jobs.rowCount).toBe(1);
  const twin = await mutate('createNodePool', {
    clusterId: id,
    name: 'more',
    instanceTypes: ['ecs.g7.xlarge'],
  });
  expect(twin.userErrors).toMatchObject([{ code: 'DUPLICATE_NAME', path: ['input', 'name'] }]);
});

test('createNodePool reports every problem at once', async () => {
  const { id } = await start('picky');
  const { userErrors } = await mutate('createNodePool', {
    clusterId: id,
    name: '-',
    instanceTypes: ['ecs.c7.large'],
    desiredSize: -1,
  });
  expect(userErrors.map(({ code, path }) => [code, ...(path ?? [])])).toEqual([
    ['INVALID_INPUT', 'input', 'name'],
    ['INSTANCE_TYPE_TOO_SMALL', 'input', 'instanceTypes', '0'],
    ['INVALID_INPUT', 'input', 'desiredSize'],
  ]);
});

test('scaleNodePool reserves quota when it scales up, none when it scales down, and accepts changes in sequence', async () => {
  const { id, pool } = await start('scales');
  const { nodePool, operation, userErrors } = await mutate('scaleNodePool', {
    nodePoolId: pool,
    desiredSize: 8,
  });
  expect(userErrors).toEqual([]);
  expect(nodePool).toMatchObject({
    state: 'SCALING',
    desiredSize: 8,
    resourceVersion: '2',
    cluster: { state: 'SCALING' },
  });
  expect(operation).toMatchObject({ type: 'SCALE_NODE_POOL', result: { requested: 5 } });
  expect(await usageOf(id, pool)).toEqual([1, 8, 8]);
  const { prisma } = clusters.platform.database;
  const row = await prisma.operation.findUniqueOrThrow({ where: { id: operation?.id ?? '' } });
  expect(row.input).toEqual({ fromSize: 3, toSize: 8, trigger: 'MANUAL' });
  expect((await prisma.nodePool.findUniqueOrThrow({ where: { id: pool } })).generation).toBe(2);

  const busy = await mutate('scaleNodePool', { nodePoolId: pool, desiredSize: 1 });
  expect(busy.userErrors).toMatchObject([{ code: 'INVALID_STATE', path: ['input', 'nodePoolId'] }]);
  await prisma.operation.update({ where: { id: row.id }, data: { state: 'SUCCEEDED' } });
  await prisma.nodePool.update({ where: { id: pool }, data: { state: 'ACTIVE' } });
  const inwards = await mutate('scaleNodePool', { nodePoolId: pool, desiredSize: 1 });
  expect(inwards).toMatchObject({ nodePool: { desiredSize: 1 }, operation: { result: { requested: 0 } } });
  expect(await usageOf(id, pool)).toEqual([1, 8, 8]);
});

test('scaling to the same size retries the failed nodes', async () => {
  const { id, pool } = await start('tries-again');
  await clusters.platform.database.prisma.node.updateMany({
    where: { nodePoolId: pool, name: { endsWith: '-0' } },
    data: { state: 'failed' },
  });
  const { operation, userErrors } = await mutate('scaleNodePool', { nodePoolId: pool, desiredSize: 3 });
  expect(userErrors).toEqual([]);
  expect(operation).toMatchObject({ result: { requested: 1 } });
  expect(await usageOf(id, pool)).toEqual([1, 3, 3]);
});

test('scaleNodePool above the quota is rejected and changes nothing', async () => {
  const { id, pool } = await start('limited');
  await setLimit(
    clusters.platform.database.prisma,
    'acme',
    { resource: 'ACK_PRO/nodesPerCluster', scope: id },
    5,
  );
  const { nodePool, operation, userErrors } = await mutate('scaleNodePool', {
    nodePoolId: pool,
    desiredSize: 6,
  });
  expect([nodePool, operation]).toEqual([null, null]);
  expect(userErrors).toMatchObject([
    {
      code: 'QUOTA_EXCEEDED',
      path: ['input', 'desiredSize'],
      resource: 'ACK_PRO/nodesPerCluster',
      limit: 5,
      used: 3,
      requested: 3,
    },
  ]);
  expect(await usageOf(id, pool)).toEqual([1, 3, 3]);
  expect((await mutate('scaleNodePool', { nodePoolId: pool, desiredSize: 5 })).userErrors).toEqual([]);
});

test('accepts exactly one of several concurrent scaleNodePool requests', async () => {
  const { id, pool } = await start('raced');
  const payloads = await Promise.all(
    [4, 5, 6, 7].map((desiredSize) => mutate('scaleNodePool', { nodePoolId: pool, desiredSize })),
  );
  const [winner, ...others] = payloads.filter(({ nodePool }) => nodePool !== null);
  expect(others).toEqual([]);
  expect(await usageOf(id, pool)).toEqual([1, winner?.nodePool?.desiredSize, winner?.nodePool?.desiredSize]);
  for (const { code } of payloads.flatMap(({ userErrors }) => userErrors)) expect(code).toBe('INVALID_STATE');
});

test('a dry run of scaleNodePool returns the desired size and stores nothing', async () => {
  const { id, pool } = await start('rehearses');
  const { nodePool, operation } = await mutate('scaleNodePool', { nodePoolId: pool, desiredSize: 9 }, true);
  expect(nodePool).toMatchObject({ desiredSize: 9, state: 'SCALING' });
  expect(operation).toBeNull();
  expect(await usageOf(id, pool)).toEqual([1, 3, 3]);
  const { data } = await clusters.run(`query ($id: ID!) { nodePool(id: $id) { desiredSize state } }`, {
    id: pool,
  });
  expect(data).toEqual({ nodePool: { desiredSize: 3, state: 'ACTIVE' } });
});

test('rejects scaleNodePool of a pool with autoscaling enabled', async () => {
  const { pool } = await start('self', {
    nodePools: [
      {
        name: 'w',
        instanceTypes: ['ecs.g7.xlarge'],
        autoscaling: { enabled: true, minSize: 1, maxSize: 3 },
        acknowledgeRisk: true,
      },
    ],
  });
  const { userErrors } = await mutate('scaleNodePool', { nodePoolId: pool, desiredSize: 2 });
  expect(userErrors).toMatchObject([{ code: 'INVALID_STATE', path: ['input', 'nodePoolId'] }]);
});

test.each([-1, 100_001])('rejects scaleNodePool to %i', async (desiredSize) => {
  const { pool } = await start(`size-${Math.abs(desiredSize)}`);
  const { userErrors } = await mutate('scaleNodePool', { nodePoolId: pool, desiredSize });
  expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT', path: ['input', 'desiredSize'] }]);
});

test('rejects changes of pools of a cluster that is not running', async () => {
  const { id, pool } = await start('upgrading');
  await clusters.platform.database.prisma.cluster.update({ where: { id }, data: { state: 'UPGRADING' } });
  const create = await mutate('createNodePool', {
    clusterId: id,
    name: 'x',
    instanceTypes: ['ecs.g7.xlarge'],
  });
  const scale = await mutate('scaleNodePool', { nodePoolId: pool, desiredSize: 1 });
  const remove = await mutate('deleteNodePool', { id: pool });
  for (const { userErrors } of [create, scale, remove])
    expect(userErrors).toMatchObject([{ code: 'INVALID_STATE' }]);
});

test('deleteNodePool cancels the running operation of the pool and starts its deletion', async () => {
  const { id, pool } = await start('shrinks');
  const { operation: scaling } = await mutate('scaleNodePool', { nodePoolId: pool, desiredSize: 5 });
  const { nodePool, operation, userErrors } = await mutate('deleteNodePool', { id: pool });
  expect(userErrors).toEqual([]);
  expect(nodePool).toMatchObject({ state: 'DELETING', cluster: { id, state: 'SCALING' } });
  expect(operation).toMatchObject({
    type: 'DELETE_NODE_POOL',
    stages: [{ name: 'NODES' }, { name: 'RELEASE' }],
  });
  const { data } = await clusters.run(`query ($id: ID!) { operation(id: $id) { state } }`, {
    id: scaling?.id,
  });
  expect(data).toEqual({ operation: { state: 'CANCELED' } });
  expect((await mutate('deleteNodePool', { id: pool })).userErrors).toMatchObject([
    { code: 'INVALID_STATE' },
  ]);
});

test('a pool counts its nodes by state', async () => {
  const { id, pool } = await start('counted');
  await addNodes(clusters, { account: 'acme', cluster: id, pool }, 2, 'failed');
  await addNodes(clusters, { account: 'acme', cluster: id, pool }, 1, 'starting');
  await clusters.platform.database.prisma.node.updateMany({
    where: { nodePoolId: pool, name: { endsWith: 'running-0' } },
    data: { status: 'NotReady' },
  });
  const query = `query ($id: ID!) { nodePool(id: $id) { totalNodes servingNodes healthyNodes failedNodes
    nodes(first: 2) { totalCount pageInfo { hasNextPage } nodes { state nodePool { id } cluster { id } zone { id } instanceType { vcpus } } } } }`;
  const { data } = await clusters.run(query, { id: pool });
  expect(data).toMatchObject({
    nodePool: {
      totalNodes: 4,
      servingNodes: 3,
      healthyNodes: 2,
      failedNodes: 2,
      nodes: {
        totalCount: 6,
        pageInfo: { hasNextPage: true },
        nodes: [
          {
            nodePool: { id: pool },
            cluster: { id },
            zone: { id: 'cn-hangzhou-b' },
            instanceType: { vcpus: 4 },
          },
          {},
        ],
      },
    },
  });
});
