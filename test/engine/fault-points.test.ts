import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultPoints, removalFaultPoints } from '../../engine/fault-points.js';
import { packageRoot } from '../../kernel/root.js';
import { eventually } from '../kit/eventually.js';
import { audit, ended, startWorld, wishCluster, type World } from './world.js';

/** Where the compiled tests are (npm test builds first). */
const dist = process.env.FLEETGRAPH_DIST ?? join(packageRoot, 'dist');
const program = join(dist, 'test/engine/engine-process.js');

let world: World;
beforeAll(async () => {
  world = await startWorld({ speed: 200 });
  await world.limit('payg-vcpu', 10_000);
});
afterAll(() => world[Symbol.asyncDispose]());

const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** An engine process; the point where it dies, if any. */
function spawnEngine(deadlyPoint = ''): ChildProcess {
  const args = [program, world.kit.url, world.kubesim.cloudUrl, world.token, deadlyPoint];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH },
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** Runs an engine until it dies at the point; fails when it does not get there. */
async function runUntilDeath(point: string): Promise<void> {
  const child = spawnEngine(point);
  await eventually(() => child.signalCode !== null || child.exitCode !== null, {
    what: `the death at ${point}`,
  });
  expect(child.signalCode, point).toBe('SIGKILL');
}

/** An engine that lives on, stopped at the end of the test. */
function survivor() {
  const child = spawnEngine();
  return {
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

const SIZE = 3;
const TIMEOUT_MS = 240_000;

describe('an engine that is killed at every fault point, one after the other', () => {
  let made: { clusterId: string; operationId: string };

  it(
    'while it makes a cluster still brings it up with exactly the nodes asked for',
    async () => {
      made = await wishCluster(world, SIZE);
      const { clusterId, operationId } = made;
      for (const point of faultPoints) await runUntilDeath(point);
      await using _engine = survivor();
      expect(await ended(world, operationId)).toMatchObject({ state: 'SUCCEEDED', created: SIZE, failed: 0 });
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
    'while it takes the cluster away still gives everything back',
    async () => {
      const { clusterId } = made;
      const { operation } = await world.clusters.delete(world.actor, { id: clusterId });
      for (const point of removalFaultPoints) await runUntilDeath(point);
      await using _engine = survivor();
      expect(await ended(world, operation?.id ?? '')).toMatchObject({ state: 'SUCCEEDED' });
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
