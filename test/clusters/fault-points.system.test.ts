import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FaultPoint, type FaultPointGroup, faultPoints } from '../../engine/faults/fault-points.js';
import { enqueue } from '../../engine/jobs/queue.js';
import { packageRoot } from '../../kernel/package-root.js';
import { ComponentService } from '../../subgraphs/clusters/api/component/component.service.js';
import { EdgeAutonomyService } from '../../subgraphs/clusters/api/edge-autonomy/edge-autonomy.service.js';
import { ChargeConversionService } from '../../subgraphs/clusters/api/instance/charge-conversion.service.js';
import { EngineProcesses } from '../engine/engine-processes.js';
import {
  audit,
  waitForOperation,
  NODE_TYPE,
  startEngineFixture,
  requestCluster,
  type EngineFixture,
} from '../engine/engine-fixture.js';
import { eventually } from '../kit/eventually.js';

/** The test that kills an engine at each fault point of a group. */
const WALKED_BY: Readonly<Record<FaultPointGroup, string>> = {
  provisioning: 'test/engine/fault-points.system.test.ts',
  scaleOut: 'test/engine/fault-points.system.test.ts',
  scaleIn: 'test/engine/fault-points.system.test.ts',
  removal: 'test/engine/fault-points.system.test.ts',
  upgrade: 'test/clusters/upgrade/upgrade-fault-points.system.test.ts',
  componentApplied: 'test/clusters/upgrade/upgrade-fault-points.system.test.ts',
  componentRemoved: 'test/clusters/fault-points.system.test.ts',
  migration: 'test/clusters/kinds/migration-with-engine.component.test.ts',
  edgeAutonomy: 'test/clusters/fault-points.system.test.ts',
  chargeConversion: 'test/clusters/fault-points.system.test.ts',
  nodeRepair: 'test/clusters/fault-points.system.test.ts',
  quotaApplication: 'test/subgraphs/quotas/quota-applications.component.test.ts',
  cloudResourceRequests: 'test/subgraphs/quotas/cloud-resource-requests.component.test.ts',
};

test.each(Object.entries(WALKED_BY))('reaches the fault points of %s', async (group, file) => {
  expect(await readFile(join(packageRoot, file), 'utf8')).toContain(`faultPoints.${group}`);
});

describe('engine that crashes', () => {
  const TIMEOUT_MS = 240_000;
  let world: EngineFixture;
  let engines: EngineProcesses;
  beforeAll(async () => {
    world = await startEngineFixture({ speed: 200 });
    engines = new EngineProcesses(world);
  });
  afterAll(async () => {
    engines[Symbol.dispose]();
    await world[Symbol.asyncDispose]();
  });

  /** Creates a running cluster with one pool of two nodes, and stops the engine. */
  async function runningCluster(more: Parameters<typeof requestCluster>[2] = {}) {
    await using _engine = engines.survivor();
    const requested = await requestCluster(world, 2, more);
    expect(await waitForOperation(world, requested.operationId)).toMatchObject({ state: 'SUCCEEDED' });
    await eventually(async () => (await audit(world, requested.clusterId)).state === 'RUNNING');
    return requested;
  }

  async function endsThroughDeaths(operationId: string | undefined, points: readonly FaultPoint[]) {
    for (const point of points) await engines.runUntilDeath(point);
    await using _engine = engines.survivor();
    expect(await waitForOperation(world, operationId ?? '')).toMatchObject({ state: 'SUCCEEDED' });
  }

  const eventsOfType = async (clusterId: string, type: string) =>
    (await world.platform.events.read('acme', { after: 0n, limit: 500, filter: { clusterId } })).filter(
      (event) => event.type === type,
    );

  test(
    'converts each instance to subscription once if it crashes during the conversion',
    async () => {
      const { clusterId } = await runningCluster();
      const nodeIds = (await world.prisma.node.findMany({ where: { clusterId } })).map(({ id }) => id);
      const conversions = new ChargeConversionService(world.platform);
      const before = await world.used('payg-vcpu');
      const { operation } = await conversions.convert(world.actor, { nodeIds, chargeType: 'PREPAID' });
      await endsThroughDeaths(operation?.id, faultPoints.chargeConversion);
      const nodes = await world.prisma.node.findMany({ where: { clusterId } });
      expect(nodes.map(({ chargeType }) => chargeType)).toEqual(['PREPAID', 'PREPAID']);
      expect(before - (await world.used('payg-vcpu'))).toBe(nodes.reduce((sum, { vcpus }) => sum + vcpus, 0));
      expect(await eventsOfType(clusterId, 'NODE_CHARGE_TYPE_CONVERTED')).toHaveLength(2);
      expect(await audit(world, clusterId)).toMatchObject({ nodes: 2, running: 2, sameAsCloud: true });
    },
    TIMEOUT_MS,
  );

  test(
    'repairs a node once if it crashes during the repair',
    async () => {
      const pool = { name: 'workers', instanceTypes: [NODE_TYPE], desiredSize: 2 };
      const { clusterId } = await runningCluster({
        nodePools: [{ ...pool, management: { autoRepair: true, maxUnavailable: 1 } }],
      });
      const node = await world.prisma.node.findFirstOrThrow({ where: { clusterId } });
      await world.cloud('PUT', `/clusters/${clusterId}/instances/${node.id}/power`, {
        on: false,
        fault: 'KUBELET',
      });
      await enqueue(world.prisma, 'node', node.id);
      for (const point of faultPoints.nodeRepair) await engines.runUntilDeath(point);
      await using _engine = engines.survivor();
      await eventually(async () => {
        const repairs = await world.prisma.nodeRepair.findMany({ where: { clusterId } });
        return repairs.length === 1 && repairs[0]?.state === 'SUCCEEDED';
      });
      await eventually(async () => (await audit(world, clusterId)).running === 2);
      expect(await audit(world, clusterId)).toMatchObject({ nodes: 2, running: 2, sameAsCloud: true });
      expect(await eventsOfType(clusterId, 'NODE_REPAIR_STARTED')).toHaveLength(1);
      expect(await eventsOfType(clusterId, 'NODE_REPAIRED')).toHaveLength(1);
    },
    TIMEOUT_MS,
  );

  test(
    'sets the autonomy of every edge node if it crashes in between',
    async () => {
      const { clusterId, poolId } = await runningCluster({ profile: 'EDGE' });
      const autonomy = new EdgeAutonomyService(world.platform);
      const { operation } = await autonomy.set(world.actor, { nodePoolId: poolId, enabled: true });
      await endsThroughDeaths(operation?.id, faultPoints.edgeAutonomy);
      expect(await audit(world, clusterId)).toMatchObject({ nodes: 2, running: 2, sameAsCloud: true });
    },
    TIMEOUT_MS,
  );

  test(
    'uninstalls a component once if it crashes during the removal',
    async () => {
      const { clusterId } = await runningCluster();
      const components = new ComponentService(world.platform);
      const installed = await components.install(world.actor, { clusterId, name: 'logtail-ds' });
      await endsThroughDeaths(installed.operation?.id, []);
      const id = installed.component?.id ?? '';
      const { operation } = await components.uninstall(world.actor, { id });
      await endsThroughDeaths(operation?.id, faultPoints.componentRemoved);
      expect(await world.prisma.component.findUnique({ where: { id } })).toBeNull();
      expect(await audit(world, clusterId)).toMatchObject({ nodes: 2, running: 2, sameAsCloud: true });
    },
    TIMEOUT_MS,
  );
});
