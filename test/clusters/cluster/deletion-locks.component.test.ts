import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DISKS } from '../../../engine/ledger/disk-limit.js';
import type { Engine } from '../../../engine/engine.js';
import { reserve } from '../../../engine/ledger/ledger.js';
import type { Transaction } from '../../../kernel/postgres/database.js';
import {
  waitForOperation,
  startEngineFixture,
  requestCluster,
  type EngineFixture,
} from '../../engine/engine-fixture.js';
import { eventually } from '../../kit/eventually.js';
import { lockDefaultVpc } from '../../../subgraphs/clusters/store/vpc.store.js';

const CLUSTERS = 'ACK_PRO/clustersPerAccount';
const LOAD_BALANCERS = 'load-balancers';
const REGION = 'cn-hangzhou';

let world: EngineFixture;
let engine: Engine;
beforeAll(async () => {
  world = await startEngineFixture();
  engine = await world.engine();
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

/** A running cluster whose Service has a load balancer and whose volume claim has a disk. */
async function clusterWithClaims(): Promise<string> {
  const { prisma, actor } = world;
  const { clusterId, operationId } = await requestCluster(world, 1);
  await waitForOperation(world, operationId);
  const claim = {
    account: actor.account,
    clusterId,
    namespace: 'default',
    state: 'GRANTED',
    createdAt: new Date(),
  };
  await prisma.cloudResourceClaim.createMany({
    data: [
      { ...claim, id: `balancer-${clusterId}`, kind: 'LOAD_BALANCER', name: 'web' },
      { ...claim, id: `disk-${clusterId}`, kind: 'DISK', name: 'data' },
    ],
  });
  await world.limit(LOAD_BALANCERS, null);
  for (const resource of [LOAD_BALANCERS, DISKS])
    await reserve(prisma, {
      account: actor.account,
      resource,
      scope: '',
      amount: 1,
      computedLimit: 1_000_000,
    });
  return clusterId;
}

/** Locks the usage row of a resource, as a request that takes quota does; throws when another transaction has the lock. */
async function lockUsage(tx: Transaction, resource: string): Promise<void> {
  const rows = await tx.$queryRaw<object[]>`
    SELECT resource FROM engine.ledger_usage
    WHERE account = ${world.actor.account} AND resource = ${resource} AND scope = '' FOR UPDATE NOWAIT`;
  expect(rows).toHaveLength(1);
}

function someoneWaitsForALock(): Promise<boolean> {
  return world.kit.database.pool
    .query(`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`)
    .then(({ rowCount }) => rowCount !== 0);
}

// Order in which a creation takes the locks.
describe.each([
  ['the default VPC', 'disks', (tx: Transaction) => lockDefaultVpc(tx, world.actor.account, REGION), DISKS],
  [
    'the default VPC',
    'load balancers',
    (tx: Transaction) => lockDefaultVpc(tx, world.actor.account, REGION),
    LOAD_BALANCERS,
  ],
  ['the disks', 'clusters', (tx: Transaction) => lockUsage(tx, DISKS), CLUSTERS],
  ['the clusters', 'load balancers', (tx: Transaction) => lockUsage(tx, CLUSTERS), LOAD_BALANCERS],
])('deletion of a cluster that waits for %s', (_first, second, lockFirst, resource) => {
  it(`holds no lock on the account's ${second}`, { timeout: 60_000 }, async () => {
    const { prisma, actor } = world;
    const clusterId = await clusterWithClaims();
    const operationId = await prisma.$transaction(async (tx) => {
      await lockFirst(tx);
      const { operation } = await world.clusters.delete(actor, { id: clusterId });
      await eventually(someoneWaitsForALock, { what: 'the deletion to wait' });
      await lockUsage(tx, resource);
      return operation?.id ?? '';
    });
    expect((await waitForOperation(world, operationId)).state).toBe('SUCCEEDED');
  });
});
