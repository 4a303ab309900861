import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../engine/engine.js';
import {
  waitForOperation,
  NODE_TYPE,
  startEngineFixture,
  requestCluster,
  type EngineFixture,
} from '../../engine/engine-fixture.js';
import { ledgerUses, recount } from '../../kit/ledger-recount.js';

let world: EngineFixture;
let engine: Engine;
beforeAll(async () => {
  world = await startEngineFixture({ speed: 2_000 });
  engine = await world.engine();
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

/** A pool whose instances have a system disk and five data disks each. */
const pool = (desiredSize: number) => ({
  name: 'workers',
  instanceTypes: [NODE_TYPE],
  desiredSize,
  instanceConfig: { dataDisks: Array.from({ length: 5 }, () => ({ category: 'CLOUD_ESSD', sizeGiB: 40 })) },
});
type ClusterRequest = NonNullable<Parameters<typeof requestCluster>[2]>;

async function expectNoDrift(): Promise<void> {
  const { account } = world.actor;
  expect(await ledgerUses(world.prisma, account)).toEqual(await recount(world.prisma, account));
}

describe('disks of instances', () => {
  it('use the quota of the account: an instance above the quota is rejected with a reason until the quota is raised', async () => {
    const nodePools = [pool(2)] as unknown as NonNullable<ClusterRequest['nodePools']>;
    const { operationId, poolId, clusterId } = await requestCluster(world, 2, { nodePools });
    expect(await waitForOperation(world, operationId)).toMatchObject({
      state: 'PARTIAL',
      created: 1,
      failed: 1,
      failures: [{ code: 'QUOTA_EXCEEDED', message: expect.stringContaining('payg-disks') }],
    });
    expect(await world.used('payg-disks')).toBe(6);
    await expectNoDrift();

    await world.limit('payg-disks', 12);
    const { operation } = await world.pools.scale(world.actor, { nodePoolId: poolId, desiredSize: 2 });
    expect(await waitForOperation(world, operation?.id ?? '')).toMatchObject({ state: 'SUCCEEDED' });
    expect(await world.used('payg-disks')).toBe(12);
    expect(await world.used('instances')).toBe(2);
    await expectNoDrift();

    const removal = await world.clusters.delete(world.actor, { id: clusterId });
    await waitForOperation(world, removal.operation?.id ?? '');
    expect(await ledgerUses(world.prisma, world.actor.account)).toEqual({});
  });

  it('of masters and of spot instances count, those of subscriptions and of virtual nodes do not', async () => {
    const poolOf = (name: string, more: object) => ({ name, desiredSize: 1, ...more });
    const nodePools = [
      poolOf('spot', { instanceTypes: [NODE_TYPE], instanceConfig: { chargeType: 'SPOT' } }),
      poolOf('subscribed', { instanceTypes: [NODE_TYPE], instanceConfig: { chargeType: 'PREPAID' } }),
    ] as unknown as NonNullable<ClusterRequest['nodePools']>;
    await world.limit('payg-disks', null);
    const { operationId } = await requestCluster(world, 0, {
      type: 'KUBERNETES',
      spec: null,
      nodePools,
    } as ClusterRequest);
    expect(await waitForOperation(world, operationId)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await world.used('payg-disks')).toBe(4);
    expect(await world.used('instances')).toBe(5);
    await expectNoDrift();
  });
});
