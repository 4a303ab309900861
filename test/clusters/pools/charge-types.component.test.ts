import { CoreV1Api } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { readQuotaUsage } from '../../../engine/ledger/ledger.js';
import { eventually } from '../../kit/eventually.js';
import { openPoolsWithEngine, type PoolsWithEngine } from './pools-with-engine.js';
import { kubeConfigOf } from '../../kit/kube-config.js';

let setup: PoolsWithEngine;
beforeAll(async () => {
  setup = await openPoolsWithEngine();
});
afterAll(() => setup[Symbol.asyncDispose]());

const used = (resource: string) => setup.world.used(resource);
const spot = { instanceConfig: { chargeType: 'SPOT' } };
const prepaid = { instanceConfig: { chargeType: 'PREPAID', zoneIds: ['cn-hangzhou-b'] } };

const orphans = async () => {
  const query = `{ instances(filter: { chargeType: PREPAID }) { nodes { id origin releasable formerClusterId } } }`;
  interface Orphan {
    readonly id: string;
    readonly origin: string;
    readonly releasable: boolean;
    readonly formerClusterId: string;
  }
  return (await setup.run<{ instances: { nodes: Orphan[] } }>(query)).instances.nodes;
};

describe('charge types of instances', () => {
  test('pay-as-you-go, spot and subscription instances are counted in separate vCPU quotas', async () => {
    const before = await used('payg-vcpu');
    const { pools } = await setup.cluster([
      { name: 'payg' },
      { name: 'spot', ...spot, desiredSize: 2 },
      { name: 'bought', ...prepaid },
    ]);
    expect((await used('payg-vcpu')) - before).toBe(4);
    expect(await used('spot-vcpu')).toBe(8);
    const views = await Promise.all(pools.map((id) => setup.pool(id)));
    expect(views.map(({ nodes }) => nodes.nodes[0]?.chargeType)).toEqual(['POSTPAID', 'SPOT', 'PREPAID']);
    expect(views[1]).toMatchObject({
      instanceConfig: { chargeType: 'SPOT', spotStrategy: 'SPOT_AS_PRICE_GO' },
    });
    await setup.carried('scaleNodePool', { nodePoolId: pools[1], desiredSize: 0 });
    expect(await used('spot-vcpu')).toBe(0);
  });

  test('the account has 800 vCPUs of spot instances; instances above the quota are rejected with a reason', async () => {
    const [{ limit } = { limit: null }] = await readQuotaUsage(setup.world.prisma, 'globex', [
      { resource: 'spot-vcpu', scope: '' },
    ]);
    expect(limit).toBe(800);
    await setup.world.limit('spot-vcpu', 8);
    const { end } = await setup.cluster([{ name: 'system' }, { name: 'spot', ...spot, desiredSize: 3 }]);
    expect(end).toMatchObject({ state: 'PARTIAL', result: { requested: 4, created: 3, failed: 1 } });
    expect(end.result?.failures).toMatchObject([
      { code: 'QUOTA_EXCEEDED', message: expect.stringContaining('spot-vcpu') },
    ]);
    await setup.world.limit('spot-vcpu', 800);
  });

  test('rejects invalid price limits of spot instances', async () => {
    const { id } = await setup.cluster([{ name: 'a' }]);
    const pool = { clusterId: id, name: 's', instanceTypes: ['ecs.g6.xlarge'] };
    const rejected = (instanceConfig: Record<string, unknown>) =>
      setup.rejected('createNodePool', { ...pool, instanceConfig });
    expect(await rejected({ spotStrategy: 'SPOT_AS_PRICE_GO' })).toEqual([
      ['INVALID_INPUT', 'instanceConfig.spotStrategy'],
    ]);
    expect(await rejected({ chargeType: 'SPOT', spotStrategy: 'SPOT_WITH_PRICE_LIMIT' })).toEqual([
      ['INVALID_INPUT', 'instanceConfig.spotPriceLimit'],
    ]);
    expect(await rejected({ chargeType: 'SPOT', spotPriceLimit: 0.5 })).toEqual([
      ['INVALID_INPUT', 'instanceConfig.spotPriceLimit'],
    ]);
  });

  test('drains and replaces a spot instance that the cloud reclaims', async () => {
    const { id, pools } = await setup.cluster([
      { name: 'system' },
      { name: 'spot', ...spot, desiredSize: 2 },
    ]);
    const pool = pools[1] ?? '';
    const [victim] = (await setup.pool(pool)).nodes.nodes;
    // Real time: the interruption notice of five minutes must not end before the test has read it.
    await setup.world.settings({ speed: 1 });
    await setup.cloud('POST', `/clusters/${id}/instances/${victim?.id}/reclaim`);
    await setup.world.settings({ speed: 1_000 });
    await setup.checkPools(id);
    await setup.poolWhen(
      pool,
      ({ state, healthyNodes, nodes }) =>
        state === 'ACTIVE' && healthyNodes === 2 && nodes.nodes.every((node) => node.id !== victim?.id),
      'another spot instance',
    );
    const events = await setup.events(id);
    const types = events.map(({ type }) => type);
    expect(types).toContain('SPOT_RECLAIM_NOTICED');
    expect(types.indexOf('SPOT_RECLAIM_NOTICED')).toBeLessThan(types.lastIndexOf('NODE_REMOVED'));
    expect(events.findLast(({ type }) => type === 'NODE_POOL_SCALED')?.data).toMatchObject({
      trigger: 'SPOT_RECLAIM',
      toSize: 2,
    });
  });

  test('drains a reclaimed spot instance without waiting for the scale-up of another pool', async () => {
    const { id, pools } = await setup.cluster([
      { name: 'system' },
      { name: 'spot', ...spot, desiredSize: 2 },
    ]);
    const [victim] = (await setup.pool(pools[1] ?? '')).nodes.nodes;
    // At this speed neither the start of an instance nor the notice ends during the test.
    await setup.world.settings({ speed: 1, bootSeconds: { node: 600 } });
    try {
      const growing = await setup.mutate('scaleNodePool', { nodePoolId: pools[0], desiredSize: 2 });
      expect(growing.userErrors).toEqual([]);
      await setup.cloud('POST', `/clusters/${id}/instances/${victim?.id}/reclaim`);
      await setup.checkPools(id);
      const access = (await clusterAccess(setup.world.prisma, 'acme', [id])).get(id);
      const core = kubeConfigOf(access!).makeApiClient(CoreV1Api);
      const cordoned = async () => (await core.readNode({ name: victim?.name ?? '' })).spec?.unschedulable;
      expect(await eventually(cordoned, { what: 'a cordoned node' })).toBe(true);
      expect((await setup.pool(pools[0] ?? '')).state).toBe('SCALING');
    } finally {
      await setup.world.settings({ speed: 1_000, bootSeconds: { node: 45 } });
    }
  });

  test('replaces a spot instance that was reclaimed before its notice was observed', async () => {
    const { id, pools } = await setup.cluster([{ name: 'system' }, { name: 'spot', ...spot }]);
    const pool = pools[1] ?? '';
    const [victim] = (await setup.pool(pool)).nodes.nodes;
    await setup.cloud('POST', `/clusters/${id}/instances/${victim?.id}/reclaim`);
    const cloudInstances = async () =>
      (await setup.cloud<{ instances: { id: string }[] }>('GET', `/clusters/${id}/instances`)).instances;
    await eventually(async () => (await cloudInstances()).every((instance) => instance.id !== victim?.id));
    await setup.checkPools(id);
    await setup.poolWhen(
      pool,
      ({ state, healthyNodes, nodes }) =>
        state === 'ACTIVE' && healthyNodes === 1 && nodes.nodes[0]?.id !== victim?.id,
      'another spot instance',
    );
    expect((await setup.events(id)).map(({ type }) => type)).toContain('SPOT_RECLAIMED');
  });

  test('nodes convert from pay-as-you-go to subscription and release their pay-as-you-go quota', async () => {
    const { pools } = await setup.cluster([{ name: 'a', desiredSize: 2 }]);
    const before = await used('payg-vcpu');
    const disksBefore = await used('payg-disks');
    const nodes = (await setup.pool(pools[0] ?? '')).nodes.nodes;
    const { result } = await setup.carried('convertChargeType', {
      nodeIds: nodes.map(({ id }) => id),
      chargeType: 'PREPAID',
    });
    expect(result).toMatchObject({ requested: 2, created: 2, failed: 0 });
    expect((await setup.pool(pools[0] ?? '')).nodes.nodes).toMatchObject([
      { chargeType: 'PREPAID', status: 'Ready' },
      { chargeType: 'PREPAID', status: 'Ready' },
    ]);
    expect(before - (await used('payg-vcpu'))).toBe(8);
    expect(disksBefore - (await used('payg-disks'))).toBe(2);
    const back = { nodeIds: [nodes[0]?.id], chargeType: 'POSTPAID' };
    expect(await setup.rejected('convertChargeType', back)).toEqual([
      ['CHARGE_TYPE_NOT_CONVERTIBLE', 'nodeIds.0'],
    ]);
  });

  test('masters of a dedicated cluster convert to subscription, and their instances remain after its deletion', async () => {
    const { id } = await setup.cluster([{ name: 'workers' }], { type: 'KUBERNETES', spec: null });
    const query = `query ($id: ID!) { cluster(id: $id) { nodes { nodes { id role chargeType } } } }`;
    interface Seen {
      readonly cluster: { nodes: { nodes: { id: string; role: string; chargeType: string }[] } };
    }
    const masters = async () =>
      (await setup.run<Seen>(query, { id })).cluster.nodes.nodes.filter(({ role }) => role === 'MASTER');
    const nodeIds = (await masters()).map((node) => node.id);
    const before = await used('payg-vcpu');
    const { result } = await setup.carried('convertChargeType', { nodeIds, chargeType: 'PREPAID' });
    expect(result).toMatchObject({ requested: 3, created: 3, failed: 0 });
    expect((await masters()).map(({ chargeType }) => chargeType)).toEqual(['PREPAID', 'PREPAID', 'PREPAID']);
    expect(before - (await used('payg-vcpu'))).toBe(12);
    await setup.carried('deleteCluster', { id });
    const remaining = (await orphans()).filter(({ formerClusterId }) => formerClusterId === id);
    expect(remaining.map(({ releasable }) => releasable)).toEqual([false, false, false]);
  });

  test('rejects the conversion of nodes of a family without subscription', async () => {
    const { pools } = await setup.cluster([
      { name: 'n1', instanceTypes: ['ecs.n1.large'] },
      { name: 's3', instanceTypes: ['ecs.s3.large'] },
    ]);
    const nodeIds = (await Promise.all(pools.map((id) => setup.pool(id)))).map(
      ({ nodes }) => nodes.nodes[0]?.id,
    );
    expect(await setup.rejected('convertChargeType', { nodeIds, chargeType: 'PREPAID' })).toEqual([
      ['CHARGE_TYPE_NOT_CONVERTIBLE', 'nodeIds.0'],
      ['CHARGE_TYPE_NOT_CONVERTIBLE', 'nodeIds.1'],
    ]);
  });
});

test('instances can be subscription, load balancers only pay-as-you-go', async () => {
  const cluster = { name: 'slb', regionId: 'cn-hangzhou', type: 'MANAGED_KUBERNETES', spec: 'PRO' };
  for (const chargeType of ['PREPAID', 'SPOT'])
    expect(await setup.rejected('createCluster', { ...cluster, loadBalancer: { chargeType } })).toEqual([
      ['INVALID_INPUT', 'loadBalancer.chargeType'],
    ]);
  const { userErrors } = await setup.mutate('createCluster', {
    ...cluster,
    loadBalancer: { chargeType: 'POSTPAID' },
  });
  expect(userErrors).toEqual([]);
});

test('instance types have an instance category', async () => {
  const query = '{ instanceTypes { id category } }';
  const { instanceTypes } = await setup.run<{ instanceTypes: { id: string; category: string }[] }>(query);
  const categories = new Map(instanceTypes.map(({ id, category }) => [id, category]));
  expect(
    [
      'ecs.g7.xlarge',
      'ecs.g6r.xlarge',
      'ecs.gn7i-c8g1.2xlarge',
      'ecs.ebman1.26xlarge',
      'ecs.f3-c16f1.4xlarge',
      'ecs.ebmg7.32xlarge',
      'eci.virtual-node',
    ].map((id) => categories.get(id)),
  ).toEqual(['X86', 'ARM', 'GPU', 'NPU', 'FPGA', 'BARE_METAL', 'VIRTUAL']);
});

describe('subscription instances of a failed creation', () => {
  test('remain as detached instances that are listed, cannot be released, and can join an existing cluster', async () => {
    const home = await setup.cluster([{ name: 'home' }]);
    await setup.world.settings({ failureRate: 1 });
    const { id, end, pools } = await setup.cluster([{ name: 'bought', ...prepaid, desiredSize: 2 }]);
    await setup.world.settings({ failureRate: 0 });
    expect(end).toMatchObject({ state: 'PARTIAL', result: { created: 0, failed: 2 } });
    expect(await setup.pool(pools[0] ?? '')).toMatchObject({
      state: 'FAILED',
      desiredSize: 2,
      healthyNodes: 0,
    });
    const remaining = (await orphans()).filter(({ formerClusterId }) => formerClusterId === id);
    expect(remaining).toMatchObject([
      { origin: 'FAILED_CREATION', releasable: false },
      { origin: 'FAILED_CREATION', releasable: false },
    ]);
    const ids = remaining.map((instance) => instance.id);
    const release = `mutation ($input: ReleaseInstancesInput!) {
      releaseInstances(input: $input) { releasedIds userErrors { code path } } }`;
    expect(await setup.run(release, { input: { instanceIds: ids } })).toMatchObject({
      releaseInstances: {
        releasedIds: [],
        userErrors: [{ code: 'INSTANCE_NOT_RELEASABLE' }, { code: 'INSTANCE_NOT_RELEASABLE' }],
      },
    });
    await setup.carried('attachInstances', {
      nodePoolId: home.pools[0],
      instanceIds: ids,
      mode: 'AUTO',
      acknowledgeDataLoss: true,
    });
    expect(await setup.pool(home.pools[0] ?? '')).toMatchObject({ desiredSize: 3, healthyNodes: 3 });
    expect((await orphans()).filter((instance) => ids.includes(instance.id))).toEqual([]);
  });

  test('remain when the partially created cluster is deleted', async () => {
    await setup.world.settings({ stock: { 'cn-hangzhou-b/ecs.r6.xlarge': 1 } });
    const { id, end, pools } = await setup.cluster([
      { name: 'bought', ...prepaid, instanceTypes: ['ecs.r6.xlarge'], desiredSize: 3 },
    ]);
    expect(end).toMatchObject({ state: 'PARTIAL', result: { requested: 3, created: 1, failed: 2 } });
    expect(end.result?.failures.map(({ code }) => code)).toEqual(['OUT_OF_STOCK', 'OUT_OF_STOCK']);
    expect(await setup.pool(pools[0] ?? '')).toMatchObject({
      state: 'ACTIVE',
      desiredSize: 3,
      totalNodes: 1,
      healthyNodes: 1,
      failedNodes: 2,
    });
    const query = `query ($id: ID!) { cluster(id: $id) { resources(first: 100) { nodes {
      type creator deleteBehavior } } } }`;
    const { cluster } = await setup.run<{ cluster: { resources: { nodes: { type: string }[] } } }>(query, {
      id,
    });
    expect(cluster.resources.nodes.filter(({ type }) => type === 'INSTANCE')).toEqual([
      { type: 'INSTANCE', creator: 'PLATFORM', deleteBehavior: 'RETAIN' },
    ]);
    await setup.carried('deleteCluster', { id });
    expect((await orphans()).filter(({ formerClusterId }) => formerClusterId === id)).toMatchObject([
      { origin: 'REMOVED', releasable: false },
    ]);
  });
});
