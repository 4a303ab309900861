import { expect, test } from 'vitest';
import { audit, waitForOperation, startEngineFixture, requestCluster } from '../../engine/engine-fixture.js';
import { eventually } from '../../kit/eventually.js';

const NODES = 1_000;
const TYPE_VCPUS = 4;

test('a Pro cluster scales from one node to a thousand, all counted in the ledger', async () => {
  await using world = await startEngineFixture({ speed: 2_000 });
  await using _engine = await world.engine();
  const { clusterId, operationId, poolId } = await requestCluster(world, 1);
  expect(await waitForOperation(world, operationId)).toMatchObject({ state: 'SUCCEEDED' });
  await world.limit('payg-vcpu', NODES * TYPE_VCPUS);
  await world.limit('custom-routes-per-route-table', NODES);
  const { operation } = await world.pools.scale(world.actor, { nodePoolId: poolId, desiredSize: NODES });
  expect(await waitForOperation(world, operation!.id)).toMatchObject({
    state: 'SUCCEEDED',
    created: NODES - 1,
    failed: 0,
  });
  await eventually(async () => (await audit(world, clusterId)).state === 'RUNNING', {
    what: 'a cluster that has settled',
    timeoutMs: 60_000,
  });
  expect(await audit(world, clusterId)).toMatchObject({
    nodes: NODES,
    nodePlaces: NODES,
    sameAsCloud: true,
    vcpu: NODES * TYPE_VCPUS,
    recount: NODES * TYPE_VCPUS,
  });
}, 300_000);
