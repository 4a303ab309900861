import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultPoint, faultPoints } from '../../engine/faults/fault-points.js';
import { eventually } from '../kit/eventually.js';
import {
  audit,
  waitForOperation,
  startEngineFixture,
  requestCluster,
  type EngineFixture,
} from './engine-fixture.js';
import { EngineProcesses } from './engine-processes.js';

let world: EngineFixture;
let engines: EngineProcesses;
beforeAll(async () => {
  world = await startEngineFixture({ speed: 200 });
  await world.limit('payg-vcpu', 10_000);
  engines = new EngineProcesses(world);
});
afterAll(async () => {
  engines[Symbol.dispose]();
  await world[Symbol.asyncDispose]();
});

const SIZE = 3;
const TIMEOUT_MS = 240_000;

describe('an engine that is killed at every fault point', () => {
  let cluster: Awaited<ReturnType<typeof requestCluster>>;

  it(
    'creates a cluster with exactly the requested nodes',
    async () => {
      cluster = await requestCluster(world, SIZE);
      const { clusterId, operationId } = cluster;
      for (const point of faultPoints.provisioning) await engines.runUntilDeath(point);
      await using _engine = engines.survivor();
      expect(await waitForOperation(world, operationId)).toMatchObject({
        state: 'SUCCEEDED',
        created: SIZE,
        failed: 0,
      });
      await eventually(async () => (await audit(world, clusterId)).state === 'RUNNING');
      await expectExactly(clusterId, SIZE);
      const events = await world.platform.events.read('acme', {
        after: 0n,
        limit: 500,
        filter: { clusterId },
      });
      const count = (type: string) => events.filter((event) => event.type === type).length;
      for (const type of [
        'CONTROL_PLANE_READY',
        'NODES_REQUESTED',
        'NODE_POOL_SCALED',
        'OPERATION_SUCCEEDED',
      ]) {
        expect(count(type), type).toBe(1);
      }
      expect(
        new Set(events.filter(({ type }) => type === 'NODE_READY').map(({ data }) => data.nodeId)).size,
      ).toBe(SIZE);
      expect(count('NODE_READY')).toBe(SIZE);
    },
    TIMEOUT_MS,
  );

  it(
    'scales a node pool out by exactly the missing nodes',
    () => scaled(SIZE + 2, faultPoints.scaleOut),
    TIMEOUT_MS,
  );

  it(
    'scales a node pool in by exactly the excess nodes',
    () => scaled(SIZE - 1, faultPoints.scaleIn),
    TIMEOUT_MS,
  );

  async function scaled(size: number, points: readonly FaultPoint[]): Promise<void> {
    const { clusterId, poolId } = cluster;
    const { operation } = await world.pools.scale(world.actor, { nodePoolId: poolId, desiredSize: size });
    for (const point of points) await engines.runUntilDeath(point);
    await using _engine = engines.survivor();
    expect(await waitForOperation(world, operation?.id ?? '')).toMatchObject({
      state: 'SUCCEEDED',
      failed: 0,
    });
    await eventually(async () => (await audit(world, clusterId)).state === 'RUNNING');
    await expectExactly(clusterId, size);
  }

  it(
    'deletes the cluster and releases its quota',
    async () => {
      const { clusterId } = cluster;
      const { operation } = await world.clusters.delete(world.actor, { id: clusterId });
      for (const point of faultPoints.removal) await engines.runUntilDeath(point);
      await using _engine = engines.survivor();
      expect(await waitForOperation(world, operation?.id ?? '')).toMatchObject({ state: 'SUCCEEDED' });
      await expectExactly(clusterId, 0);
      expect(await world.platform.provider.controlPlane(clusterId)).toBeUndefined();
    },
    TIMEOUT_MS,
  );
});

async function expectExactly(clusterId: string, nodes: number): Promise<void> {
  const found = await audit(world, clusterId);
  expect(found).toMatchObject({ nodes, running: nodes, sameAsCloud: true, nodePlaces: nodes });
  expect(found.vcpu).toBe(found.recount);
}
