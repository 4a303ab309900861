import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../engine/engine.js';
import {
  audit,
  waitForOperation,
  startEngineFixture,
  requestCluster,
  type EngineFixture,
} from '../../engine/engine-fixture.js';

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

/** The smallest instance type that can be a node. */
const SMALLEST = 'ecs.c7.xlarge';

describe('100 vCPUs of an account', () => {
  it('allow 25 of the smallest nodes: a pool of 30 is partial and reports why five are missing', async () => {
    expect(await world.prisma.instanceType.findUnique({ where: { id: SMALLEST } })).toMatchObject({
      vcpus: 4,
    });
    const nodePools = [{ name: 'workers', instanceTypes: [SMALLEST], desiredSize: 30 }];
    const { clusterId, operationId } = await requestCluster(world, 30, { nodePools });
    expect(await waitForOperation(world, operationId)).toMatchObject({
      state: 'PARTIAL',
      requested: 30,
      created: 25,
      failed: 5,
      failures: Array.from({ length: 5 }, () => expect.objectContaining({ code: 'QUOTA_EXCEEDED' })),
    });
    expect(await audit(world, clusterId)).toMatchObject({
      state: 'RUNNING',
      nodes: 25,
      running: 25,
      vcpu: 100,
    });
  });
});
