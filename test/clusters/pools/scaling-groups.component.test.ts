import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../kit/eventually.js';
import { openPoolsWithEngine, type PoolsWithEngine } from './pools-with-engine.js';

let setup: PoolsWithEngine;
beforeAll(async () => {
  setup = await openPoolsWithEngine();
});
afterAll(() => setup[Symbol.asyncDispose]());

const group = (cluster: string, pool: string) => `/clusters/${cluster}/scaling-groups/${pool}`;

describe('scaling group of a node pool', () => {
  test('belongs to one pool and has an activity log of scaling', async () => {
    const { id, pools } = await setup.cluster([{ name: 'a', desiredSize: 2 }, { name: 'b' }]);
    const [a = '', b = ''] = pools;
    const first = await setup.pool(a);
    const second = await setup.pool(b);
    expect(first.scalingGroup).toMatchObject({ state: 'ACTIVE', nodePool: { id: a }, desiredSize: 2 });
    expect(first.scalingGroup?.id).not.toBe(second.scalingGroup?.id);
    const { scalingGroups } = await setup.cloud<{
      scalingGroups: { nodePoolId: string; totalInstances: number }[];
    }>('GET', `/clusters/${id}/scaling-groups`);
    expect(
      scalingGroups.map(({ nodePoolId, totalInstances }) => [nodePoolId, totalInstances]).sort(),
    ).toEqual(
      [
        [a, 2],
        [b, 1],
      ].sort(),
    );
    await setup.carried('scaleNodePool', { nodePoolId: a, desiredSize: 0 });
    const empty = await setup.pool(a);
    expect([empty.totalNodes, empty.nodes.nodes]).toEqual([0, []]);
    const { activities } = empty.scalingGroup ?? { activities: [] };
    expect(activities.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['SCALE_OUT', 'SCALE_IN', 'CHANGE']),
    );
  });

  test('allows 0 to 2000 instances without autoscaling, and the minimum to the maximum of the pool with it', async () => {
    const { pools } = await setup.cluster([{ name: 'system' }, { name: 'elastic' }]);
    const pool = pools[1] ?? '';
    expect((await setup.pool(pool)).scalingGroup).toMatchObject({
      minSize: 0,
      maxSize: 2000,
      desiredSize: 1,
    });
    await setup.carried('updateNodePool', {
      id: pool,
      autoscaling: { enabled: true, minSize: 2, maxSize: 5 },
    });
    expect(await setup.pool(pool)).toMatchObject({
      desiredSize: 2,
      healthyNodes: 2,
      scalingGroup: { minSize: 2, maxSize: 5, desiredSize: 2 },
    });
    await setup.carried('updateNodePool', {
      id: pool,
      autoscaling: { enabled: false, minSize: 2, maxSize: 5 },
    });
    expect((await setup.pool(pool)).scalingGroup).toMatchObject({ minSize: 0, maxSize: 2000 });
  });

  test('gets its bounds restored after they were changed in the cloud', async () => {
    const { id, pools } = await setup.cluster([{ name: 'a' }]);
    const pool = pools[0] ?? '';
    await setup.cloud('PATCH', group(id, pool), { minSize: 1, maxSize: 1 });
    await setup.checkPools(id);
    await eventually(async () =>
      (await setup.events(id)).some(({ type }) => type === 'SCALING_GROUP_REPAIRED'),
    );
    const { scalingGroups } = await setup.cloud<{ scalingGroups: { minSize: number; maxSize: number }[] }>(
      'GET',
      `/clusters/${id}/scaling-groups`,
    );
    expect(scalingGroups).toMatchObject([{ minSize: 0, maxSize: 2000, desiredSize: 1 }]);
    await setup.carried('scaleNodePool', { nodePoolId: pool, desiredSize: 2 });
    expect(await setup.pool(pool)).toMatchObject({ state: 'ACTIVE', healthyNodes: 2 });
  });

  test('makes its pool UNHEALTHY after its deletion; no update helps, a new pool does', async () => {
    const { id, pools } = await setup.cluster([{ name: 'system' }, { name: 'broken' }]);
    const pool = pools[1] ?? '';
    await setup.cloud('DELETE', group(id, pool));
    await setup.checkPools(id);
    const broken = await setup.poolWhen(
      pool,
      ({ state }) => state === 'UNHEALTHY',
      'the pool to be unhealthy',
    );
    expect(broken).toMatchObject({
      scalingGroup: { state: 'MISSING' },
      conditions: [{ type: 'Healthy', status: 'False', reason: 'ScalingGroupMissing' }],
    });
    expect(await setup.rejected('updateNodePool', { id: pool, name: 'repaired' })).toEqual([
      ['SCALING_GROUP_MISSING', 'id'],
    ]);
    expect(await setup.rejected('scaleNodePool', { nodePoolId: pool, desiredSize: 3 })).toEqual([
      ['SCALING_GROUP_MISSING', 'nodePoolId'],
    ]);
    expect(await setup.rejected('syncNodePool', { id: pool })).toEqual([['SCALING_GROUP_MISSING', 'id']]);
    await setup.carried('deleteNodePool', { id: pool });
    const payload = await setup.mutate('createNodePool', {
      clusterId: id,
      name: 'broken',
      instanceTypes: ['ecs.g6.xlarge'],
      desiredSize: 1,
    });
    await setup.operation(payload.operation?.id ?? '');
    expect(await setup.pool(payload.nodePool?.id ?? '')).toMatchObject({ state: 'ACTIVE', healthyNodes: 1 });
  });

  test('makes its pool UNHEALTHY if it is deleted during a scale-up, with a reason for each node', async () => {
    const { id, pools } = await setup.cluster([{ name: 'system' }, { name: 'a' }]);
    const pool = pools[1] ?? '';
    await setup.cloud('DELETE', group(id, pool));
    const { state, result } = await setup.carried('scaleNodePool', { nodePoolId: pool, desiredSize: 3 });
    expect(state).toBe('FAILED');
    expect(result?.failures.map(({ code }) => code)).toEqual([
      'SCALING_GROUP_MISSING',
      'SCALING_GROUP_MISSING',
    ]);
    expect((await setup.pool(pool)).state).toBe('UNHEALTHY');
  });

  test('replaces an instance that is released in the cloud: the pool returns to its desired size', async () => {
    const { id, pools } = await setup.cluster([{ name: 'a', desiredSize: 2 }]);
    const pool = pools[0] ?? '';
    const [released] = (await setup.pool(pool)).nodes.nodes;
    await setup.cloud('POST', `/clusters/${id}/instances/delete`, { ids: [released?.id] });
    const listInstances = () =>
      setup.cloud<{ instances: { id: string }[] }>('GET', `/clusters/${id}/instances`);
    await eventually(async () =>
      (await listInstances()).instances.every((instance) => instance.id !== released?.id),
    );
    await setup.checkPools(id);
    const refilled = await setup.poolWhen(
      pool,
      ({ state, healthyNodes, nodes }) =>
        state === 'ACTIVE' && healthyNodes === 2 && nodes.nodes.every((node) => node.id !== released?.id),
      'another node',
    );
    expect(refilled.desiredSize).toBe(2);
    const events = await setup.events(id);
    expect(events.some(({ type, data }) => type === 'NODE_LOST' && data['nodeId'] === released?.id)).toBe(
      true,
    );
    const scaled = events.filter(({ type }) => type === 'NODE_POOL_SCALED').at(-1);
    expect(scaled?.data).toMatchObject({ fromSize: 1, toSize: 2, trigger: 'REFILL' });
    expect(await setup.world.used('payg-vcpu')).toBe(await recount());
  });

  test('accepts 2000 nodes and rejects 2001', async () => {
    const { id } = await setup.cluster([{ name: 'a' }]);
    const more = { clusterId: id, name: 'large', instanceTypes: ['ecs.g6.xlarge'] };
    await setup.world.limit('ACK_STANDARD/nodesPerCluster', 5_000);
    await setup.world.limit('ACK_PRO/nodesPerCluster', 5_000);
    expect(await setup.rejected('createNodePool', { ...more, desiredSize: 2001 })).toEqual([
      ['QUOTA_EXCEEDED', 'desiredSize'],
    ]);
  });

  test('gets a raised quota of instances per scaling group without a repair', async () => {
    const { id, pools } = await setup.cluster([{ name: 'a' }]);
    const pool = pools[0] ?? '';
    await setup.world.limit('instances-per-scaling-group', 2_500);
    await setup.checkPools(id);
    await eventually(async () => (await setup.pool(pool)).scalingGroup?.maxSize === 2_500);
    expect((await setup.events(id)).some(({ type }) => type === 'SCALING_GROUP_REPAIRED')).toBe(false);
    await setup.world.limit('instances-per-scaling-group', 2_000);
  });
});

async function recount(): Promise<number> {
  const nodes = await setup.world.prisma.node.findMany({ where: { chargeType: 'POSTPAID' } });
  return nodes.reduce((sum, { state, vcpus }) => sum + (state === 'failed' ? 0 : vcpus), 0);
}
