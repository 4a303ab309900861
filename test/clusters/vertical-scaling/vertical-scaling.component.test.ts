import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { KubernetesClient, MERGE_PATCH } from '../../../engine/kubernetes/client.js';
import { enqueue } from '../../../engine/jobs/queue.js';
import type { LabelledNode } from '../../../subgraphs/clusters/model/node-metadata.js';
import { nextReplacement, type SizedNode } from '../../../subgraphs/clusters/model/vertical-scaling.rules.js';
import {
  audit,
  waitForOperation,
  NODE_TYPE,
  requestCluster,
  type EngineFixture,
} from '../../engine/engine-fixture.js';
import { eventually } from '../../kit/eventually.js';
import { type Ask, type GraphWithEngine, openGraphWithEngine } from '../graph-with-engine.js';
import { type DeploymentView, readyDeployment, runningCluster } from '../upgrade/upgrade-kit.js';
import { nodePath } from '../../../subgraphs/clusters/inspection/kubernetes-nodes.js';

let setup: GraphWithEngine;
let world: EngineFixture;
let ask: Ask;
beforeAll(async () => {
  setup = await openGraphWithEngine({ speed: 500 });
  ({ world, ask } = setup);
});
afterAll(() => setup[Symbol.asyncDispose]());

interface Scaled {
  scaleClusterVertically: {
    cluster: { state: string } | null;
    operation: { id: string; type: string; result: { requested: number } } | null;
    userErrors: { code: string; path: string[] }[];
  };
}
const scale = async (input: Record<string, unknown>) => {
  const query = `mutation ($input: ScaleClusterVerticallyInput!) { scaleClusterVertically(input: $input) {
    cluster { state } operation { id type result { requested } } userErrors { code message path } } }`;
  return (await ask<Scaled>(query, { input })).scaleClusterVertically;
};
const LARGE = 'ecs.g7.2xlarge';

async function clientOf(clusterId: string): Promise<KubernetesClient> {
  const access = (await clusterAccess(world.prisma, null, [clusterId])).get(clusterId);
  return new KubernetesClient(world.platform.kubernetes.of(access!), { clusterId });
}

describe('scaleClusterVertically', { timeout: 300_000 }, () => {
  it('replaces every node by one of the new type, with new nodes first, while workloads run', async () => {
    const { clusterId, client } = await runningCluster(world, '1.34.3', 3);
    const path = await readyDeployment(client, 'steady', 3);
    const { cluster, operation, userErrors } = await scale({
      id: clusterId,
      instanceTypes: [LARGE],
      batchSize: 2,
    });
    expect(userErrors).toEqual([]);
    expect([cluster?.state, operation?.type, operation?.result.requested]).toEqual([
      'UPDATING',
      'SCALE_CLUSTER_VERTICALLY',
      3,
    ]);
    expect(await waitForOperation(world, operation!.id)).toMatchObject({
      state: 'SUCCEEDED',
      progress: 1,
      created: 3,
      failed: 0,
    });
    const nodes = await world.prisma.node.findMany({ where: { clusterId } });
    expect(nodes.map((node) => [node.instanceType, node.state])).toEqual(Array(3).fill([LARGE, 'running']));
    const settled = await audit(world, clusterId);
    expect(settled).toMatchObject({ state: 'RUNNING', nodes: 3, sameAsCloud: true, nodePlaces: 3 });
    expect(settled.vcpu).toBe(settled.recount);
    const pool = await world.prisma.nodePool.findFirstOrThrow({ where: { clusterId } });
    expect(pool).toMatchObject({ desiredSize: 3, instanceTypes: [LARGE] });
    await eventually(async () => (await client.get<DeploymentView>(path)).status?.readyReplicas === 3);
  });

  it.each([
    ['before the old ones leave', undefined],
    ['after the old ones have left', { enabled: true, minSize: 3, maxSize: 3 }],
  ])('keeps labels and taints of users on nodes that are replaced %s', async (_, autoscaling) => {
    const first = { name: 'first', instanceTypes: [LARGE], desiredSize: 1 };
    const pool = { name: 'labelled', instanceTypes: [NODE_TYPE], desiredSize: 3, labels: { tier: 'web' } };
    const request = { nodePools: [first, { ...pool, ...(autoscaling && { autoscaling }) }] as never };
    const { clusterId, operationId } = await requestCluster(world, 1, request);
    await waitForOperation(world, operationId);
    const client = await clientOf(clusterId);
    const { id: nodePoolId } = await world.prisma.nodePool.findFirstOrThrow({
      where: { clusterId, name: 'labelled' },
    });
    const nodes = async () => {
      const rows = await world.prisma.node.findMany({ where: { nodePoolId }, orderBy: { id: 'asc' } });
      return Promise.all(rows.map(({ name }) => client.get<LabelledNode>(nodePath(name))));
    };
    for (const [index, { metadata }] of (await nodes()).entries()) {
      const labels = { owner: `team-${index}`, 'node-role.kubernetes.io/special': '' };
      const taints = [{ key: 'dedicated', value: `team-${index}`, effect: 'PreferNoSchedule' }];
      const patch = { metadata: { labels, annotations: { note: 'mine' } }, spec: { taints } };
      await client.patch(nodePath(metadata?.name ?? ''), patch, MERGE_PATCH);
    }
    const { operation, userErrors } = await scale({ id: clusterId, instanceTypes: [LARGE], batchSize: 2 });
    expect(userErrors).toEqual([]);
    expect(await waitForOperation(world, operation!.id)).toMatchObject({ state: 'SUCCEEDED', created: 3 });
    const kept = (await nodes()).map(({ metadata: { labels = {}, annotations = {} } = {}, spec }) => {
      const { owner = '', tier } = labels;
      const special = 'node-role.kubernetes.io/special' in labels;
      const type = labels['node.kubernetes.io/instance-type'];
      const taints = spec?.taints?.map(({ key, value }) => `${key}=${value}`);
      return { owner, tier, type, special, taints, note: annotations['note'] };
    });
    const settings = (owner: string) => {
      const taints = [`dedicated=${owner}`];
      return { owner, tier: 'web', type: LARGE, special: false, taints, note: 'mine' };
    };
    expect(kept.sort((a, b) => a.owner.localeCompare(b.owner))).toEqual(
      ['team-0', 'team-1', 'team-2'].map(settings),
    );
  });

  it('is rejected for a pool whose scaling group was deleted, before and after its deletion is observed', async () => {
    const { clusterId, poolId } = await runningCluster(world, '1.34.3', 1);
    await world.cloud('DELETE', `/clusters/${clusterId}/scaling-groups/${poolId}`);
    const rejected = async (input: object) =>
      (await scale({ id: clusterId, instanceTypes: [LARGE], ...input })).userErrors;
    const path = ['input', 'id'];
    expect(await rejected({})).toMatchObject([{ code: 'SCALING_GROUP_MISSING', path }]);
    expect(await rejected({ nodePoolIds: [poolId] })).toMatchObject([
      { code: 'SCALING_GROUP_MISSING', path: ['input', 'nodePoolIds', '0'] },
    ]);
    await enqueue(world.prisma, 'pool-drift', clusterId);
    await eventually(async () => {
      const pool = await world.prisma.nodePool.findUniqueOrThrow({ where: { id: poolId } });
      return pool.state === 'UNHEALTHY';
    });
    expect(await rejected({})).toMatchObject([{ code: 'SCALING_GROUP_MISSING', path }]);
    expect(await world.prisma.operation.count({ where: { clusterId, finishedAt: null } })).toBe(0);
  });

  it('rolls back when the new type is out of stock: the pool keeps its size, and the operation reports the reason', async () => {
    const { clusterId } = await runningCluster(world, '1.34.3', 1);
    const zones = await world.prisma.zone.findMany({ where: { regionId: 'cn-hangzhou' } });
    const stock = (available: number) =>
      Object.fromEntries(zones.map(({ id }) => [`${id}/ecs.g6.2xlarge`, available]));
    await world.settings({ stock: stock(0) });
    const { operation } = await scale({ id: clusterId, instanceTypes: ['ecs.g6.2xlarge'] });
    const result = await waitForOperation(world, operation!.id);
    await world.settings({ stock: stock(2_000) });
    expect(result).toMatchObject({ state: 'FAILED', created: 0, failed: 1, error: { code: 'OUT_OF_STOCK' } });
    await eventually(async () => (await audit(world, clusterId)).state === 'RUNNING');
    const nodes = await world.prisma.node.findMany({ where: { clusterId, state: 'running' } });
    expect(nodes.map(({ instanceType }) => instanceType)).toEqual([NODE_TYPE]);
    expect(await audit(world, clusterId)).toMatchObject({ nodes: 1, sameAsCloud: true, nodePlaces: 1 });
  });

  it('rolls back when the vCPU quota is exhausted, without replacing nodes or a second attempt', async () => {
    const { clusterId, poolId } = await runningCluster(world, '1.34.3', 1);
    await world.limit('payg-vcpu', await world.used('payg-vcpu'));
    const { operation } = await scale({ id: clusterId, instanceTypes: [LARGE] });
    const result = await waitForOperation(world, operation!.id);
    await world.limit('payg-vcpu', 1_000);
    expect(result).toMatchObject({
      state: 'FAILED',
      created: 0,
      failed: 1,
      error: { code: 'QUOTA_EXCEEDED' },
    });
    await eventually(async () => (await audit(world, clusterId)).state === 'RUNNING');
    const nodes = await world.prisma.node.findMany({ where: { clusterId, state: 'running' } });
    expect(nodes.map(({ instanceType }) => instanceType)).toEqual([NODE_TYPE]);
    expect(await world.prisma.nodePool.findUnique({ where: { id: poolId } })).toMatchObject({
      desiredSize: 1,
    });
  });

  it('replaces the nodes of a pool at its maximum size without raising its desired size', async () => {
    const bounds = { enabled: true, minSize: 2, maxSize: 2 };
    const pool = { name: 'elastic', instanceTypes: [NODE_TYPE], desiredSize: 2, autoscaling: bounds };
    const first = { name: 'first', instanceTypes: [NODE_TYPE], desiredSize: 1 };
    const { clusterId, operationId } = await requestCluster(world, 1, { nodePools: [first, pool] as never });
    await waitForOperation(world, operationId);
    const { operation } = await scale({ id: clusterId, instanceTypes: [LARGE] });
    expect(await waitForOperation(world, operation!.id)).toMatchObject({
      state: 'SUCCEEDED',
      created: 3,
      failed: 0,
    });
    const elastic = await world.prisma.nodePool.findFirstOrThrow({ where: { clusterId, name: 'elastic' } });
    expect(elastic.desiredSize).toBe(2);
    const nodes = await world.prisma.node.findMany({ where: { nodePoolId: elastic.id } });
    expect(nodes.map((node) => [node.instanceType, node.state])).toEqual(Array(2).fill([LARGE, 'running']));
    const sizes = (
      await world.platform.events.read('acme', { after: 0n, limit: 1_000, filter: { clusterId } })
    )
      .filter(({ type, data }) => type === 'NODE_POOL_SCALED' && data?.['targetId'] === elastic.id)
      .map(({ data }) => data?.['desiredSize']);
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes.every((size) => size === 2)).toBe(true);
    expect(await audit(world, clusterId)).toMatchObject({ sameAsCloud: true, nodePlaces: 3 });
  });

  it('rejects types that are unknown or too small, and pools of other clusters', async () => {
    const { clusterId } = await runningCluster(world, '1.34.3', 0);
    expect(
      (await scale({ id: clusterId, instanceTypes: ['ecs.none', 'ecs.g7.large'] })).userErrors,
    ).toMatchObject([
      { code: 'UNKNOWN_INSTANCE_TYPE', path: ['input', 'instanceTypes', '0'] },
      { code: 'INSTANCE_TYPE_TOO_SMALL', path: ['input', 'instanceTypes', '1'] },
    ]);
    const foreign = await scale({ id: clusterId, instanceTypes: [LARGE], nodePoolIds: ['nodepool_none'] });
    expect(foreign.userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['input', 'nodePoolIds', '0'] }]);
    expect((await scale({ id: clusterId, instanceTypes: [LARGE], batchSize: 21 })).userErrors).toMatchObject([
      { code: 'INVALID_INPUT', path: ['input', 'batchSize'] },
    ]);
  });
});

describe('instance types that createCluster would reject', () => {
  const createWithPools = async (request: Record<string, unknown>, ...pools: Record<string, unknown>[]) => {
    const { cluster } = await world.creation.create(world.actor, {
      name: `unfit-${++names}`,
      regionId: 'cn-hangzhou',
      type: 'MANAGED_KUBERNETES',
      spec: 'PRO',
      ...request,
      nodePools: pools.map((pool, at) => ({ name: `p${at}`, desiredSize: 0, ...pool })),
    } as Parameters<EngineFixture['creation']['create']>[1]);
    const id = cluster!.id;
    await eventually(async () => (await audit(world, id)).state === 'RUNNING', { what: 'a running cluster' });
    return id;
  };
  let names = 0;
  const IMAGE = 'aliyun_2_1903_x64_20G_alibase_20220525.vhd';

  it.each([
    ['instances without SGX', { capability: 'CONFIDENTIAL' }, { instanceTypes: ['ecs.g7t.xlarge'] }, LARGE],
    [
      'instances that are not bare metal, in a sandbox,',
      { capability: 'SANDBOX' },
      { instanceTypes: ['ecs.ebmg7.32xlarge'], runtime: 'SANDBOXED_CONTAINER_RUNV' },
      LARGE,
    ],
    [
      'instances without GPUs, where pods share them,',
      {},
      { instanceTypes: ['ecs.gn7i-c8g1.2xlarge'], gpuSharing: true },
      LARGE,
    ],
    [
      'instances for which the image of the pool is not',
      {},
      { instanceTypes: [NODE_TYPE], instanceConfig: { imageId: IMAGE } },
      'ecs.g6r.xlarge',
    ],
  ])('rejects %s', async (_, request, pool, type) => {
    const id = await createWithPools(request, pool);
    const { operation, userErrors } = await scale({ id, instanceTypes: [type] });
    expect(operation).toBeNull();
    expect(userErrors).toHaveLength(1);
    expect(userErrors[0]?.path.slice(0, 2)).toEqual(['input', 'instanceTypes']);
  });

  it('ignores virtual nodes, which have no instance type', async () => {
    const id = await createWithPools(
      {},
      { instanceTypes: [NODE_TYPE] },
      { instanceTypes: ['eci.virtual-node'] },
    );
    const pools = await world.prisma.nodePool.findMany({
      where: { clusterId: id },
      orderBy: { name: 'asc' },
    });
    const rejected = await scale({ id, instanceTypes: [LARGE], nodePoolIds: [pools[1]!.id] });
    expect(rejected.userErrors).toMatchObject([
      { code: 'INVALID_INPUT', path: ['input', 'nodePoolIds', '0'] },
    ]);
    const { operation } = await scale({ id, instanceTypes: [LARGE] });
    expect(await waitForOperation(world, operation!.id)).toMatchObject({ state: 'SUCCEEDED' });
    const after = await world.prisma.nodePool.findMany({
      where: { clusterId: id },
      orderBy: { name: 'asc' },
    });
    expect(after.map(({ instanceTypes }) => instanceTypes)).toEqual([[LARGE], ['eci.virtual-node']]);
  });
});

describe('next step of a replacement', () => {
  const node = (id: string, instanceType: string, state: SizedNode['state'] = 'running'): SizedNode => ({
    id,
    instanceType,
    state,
  });
  it.each([
    [[node('a', 'old'), node('b', 'old')], { kind: 'GROW', by: 1 }],
    [[node('a', 'old'), node('b', 'old'), node('c', 'new')], { kind: 'SHRINK', leaving: ['a'] }],
    [[node('a', 'old', 'removing'), node('b', 'old'), node('c', 'new')], { kind: 'GROW', by: 1 }],
    [[node('b', 'old'), node('c', 'new'), node('d', 'new')], { kind: 'SHRINK', leaving: ['b'] }],
    [[node('c', 'new'), node('d', 'new')], { kind: 'DONE' }],
    [[], { kind: 'DONE' }],
  ])('of %j is %j', (nodes, expected) => {
    const pool = { types: ['new'], baseSize: 2, batchSize: 1, room: Infinity };
    expect(nextReplacement(nodes, pool)).toEqual(expected);
  });

  it.each([
    [1, { kind: 'GROW', by: 1 }],
    [0, { kind: 'REPLACE', leaving: ['a', 'b'] }],
  ])('of two at a time in a pool with room for %i more is %j', (room, expected) => {
    const nodes = [node('a', 'old'), node('b', 'old'), node('c', 'old')];
    expect(nextReplacement(nodes, { types: ['new'], baseSize: 3, batchSize: 2, room })).toEqual(expected);
  });
});
