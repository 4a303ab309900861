import 'reflect-metadata';
import { expect, test } from 'vitest';
import type { CreateClusterInput } from '../../../subgraphs/clusters/api/cluster/cluster.input.js';
import { OperationService } from '../../../subgraphs/clusters/api/operation/operation.service.js';
import { OperationStore } from '../../../subgraphs/clusters/store/operation.store.js';
import { audit, waitForOperation, startEngineFixture, requestCluster } from '../../engine/engine-fixture.js';
import { ledgerUses, recount } from '../../kit/ledger-recount.js';

/** Dedicated clusters have no spec. Their masters have network interfaces for pods. */
const DEDICATED = {
  type: 'KUBERNETES',
  spec: undefined,
  networkPlugin: 'TERWAY',
} as Partial<CreateClusterInput>;

test('a dedicated cluster that is cancelled before the creation of its control plane has no masters', async () => {
  await using world = await startEngineFixture({ speed: 1_000 });
  const { prisma, actor, platform } = world;
  await world.limit('payg-vcpu', 1_000);
  const { clusterId, operationId } = await requestCluster(world, 1, DEDICATED);
  expect(await prisma.node.count({ where: { clusterId } })).toBe(3);
  await new OperationService(platform, new OperationStore(prisma)).cancel(actor, { id: operationId });
  await using _engine = await world.engine();
  expect(await waitForOperation(world, operationId)).toMatchObject({ state: 'CANCELED' });
  expect(await audit(world, clusterId)).toMatchObject({
    state: 'FAILED',
    nodes: 0,
    sameAsCloud: true,
    vcpu: 0,
    recount: 0,
  });
  const { account } = actor;
  expect(await ledgerUses(prisma, account)).toEqual(await recount(prisma, account));
});
