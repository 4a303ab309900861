import { CoreV1Api } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { openPoolsWithEngine, type PoolsWithEngine } from './pools-with-engine.js';
import { kubeConfigOf } from '../../kit/kube-config.js';

let setup: PoolsWithEngine;
beforeAll(async () => {
  setup = await openPoolsWithEngine();
});
afterAll(() => setup[Symbol.asyncDispose]());

test('instances of a pool have its disks, and their nodes the capacity of the system disk', async () => {
  const systemDisk = { category: 'CLOUD_SSD', sizeGiB: 200 };
  const dataDisks = [{ category: 'CLOUD_ESSD', sizeGiB: 500, mountTarget: '/data' }];
  const { id, pools } = await setup.cluster([{ name: 'a', instanceConfig: { systemDisk, dataDisks } }]);
  expect(await setup.instancesOf(id)).toMatchObject([{ systemDisk, dataDisks }]);
  const access = (await clusterAccess(setup.world.prisma, 'acme', [id])).get(id);
  const core = kubeConfigOf(access!).makeApiClient(CoreV1Api);
  const [node] = (await setup.pool(pools[0] ?? '')).nodes.nodes;
  const { status } = await core.readNode({ name: node?.name ?? '' });
  // The file system uses 2 GiB.
  expect(status?.capacity?.['ephemeral-storage']).toBe(`${198 * 2 ** 20}Ki`);
});

describe('spot instances with a price limit', () => {
  const spot = (spotPriceLimit: number) => ({
    instanceConfig: { chargeType: 'SPOT', spotStrategy: 'SPOT_WITH_PRICE_LIMIT', spotPriceLimit },
  });
  const price = (amount: number) =>
    setup.cloud('PATCH', '/settings', { spotPrices: { 'ecs.g6.xlarge': amount } });

  test('are rejected with a reason while they cost more; running ones are reclaimed and replaced', async () => {
    await price(0.3);
    const { id, end, pools } = await setup.cluster([
      { name: 'high', ...spot(0.5) },
      { name: 'low', ...spot(0.2) },
    ]);
    expect(end).toMatchObject({ state: 'PARTIAL', result: { created: 1, failed: 1 } });
    expect(end.result?.failures).toMatchObject([{ code: 'OUT_OF_STOCK' }]);
    expect(end.result?.failures[0]?.message).toContain('Above the limit of 0.2');
    const [high = ''] = pools;
    const [before] = (await setup.pool(high)).nodes.nodes;
    // Real time: the interruption notice of five minutes must not end before the test has read it.
    await setup.world.settings({ speed: 1 });
    await price(0.6);
    await setup.world.settings({ speed: 1_000 });
    expect(
      (await setup.instancesOf(id)).filter((instance) => instance.reclaimAt !== undefined),
    ).toMatchObject([{ id: before?.id, nodePoolId: high }]);
    await price(0.1);
    await setup.checkPools(id);
    const after = await setup.poolWhen(
      high,
      ({ state, healthyNodes, nodes }) =>
        state === 'ACTIVE' && healthyNodes === 1 && nodes.nodes[0]?.id !== before?.id,
      'another spot instance',
    );
    expect(after.desiredSize).toBe(1);
  });
});
