import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultPoints } from '../../../engine/faults/fault-points.js';
import {
  audit,
  waitForOperation,
  startEngineFixture,
  type EngineFixture,
} from '../../engine/engine-fixture.js';
import { eventually } from '../../kit/eventually.js';
import { graphOf } from '../graph-with-engine.js';
import { type DeploymentView, readyDeployment, runningCluster } from './upgrade-kit.js';
import { EngineProcesses } from '../../engine/engine-processes.js';

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

const UPGRADE = `mutation ($input: UpgradeClusterInput!) {
  upgradeCluster(input: $input) { operation { id } userErrors { code message } } }`;

describe('engine that is killed at every fault point of an upgrade in turn', () => {
  it(
    'upgrades control plane, nodes and components once each, and leaves no resources behind',
    { timeout: 600_000 },
    async () => {
      const engine = await world.engine();
      const { clusterId, client } = await runningCluster(world, '1.32.6', 2);
      const path = await readyDeployment(client, 'steady', 3);
      await engine[Symbol.asyncDispose]();
      const ask = await graphOf(world);
      const { upgradeCluster } = await ask<{ upgradeCluster: { operation: { id: string }; userErrors: [] } }>(
        UPGRADE,
        {
          input: { id: clusterId, version: '1.34', rollingPolicy: { batchSize: 1 } },
        },
      );
      expect(upgradeCluster.userErrors).toEqual([]);
      const operationId = upgradeCluster.operation.id;
      const last = faultPoints.upgrade.indexOf('upgrade.finished');
      for (const point of [
        ...faultPoints.upgrade.slice(0, last),
        ...faultPoints.componentApplied,
        ...faultPoints.upgrade.slice(last),
      ])
        await engines.runUntilDeath(point);

      await using _engine = engines.survivor();
      expect(await waitForOperation(world, operationId)).toMatchObject({ state: 'SUCCEEDED', error: null });
      await eventually(async () => (await audit(world, clusterId)).state === 'RUNNING');
      expect(await audit(world, clusterId)).toMatchObject({ nodes: 2, running: 2, sameAsCloud: true });
      expect(await world.prisma.node.count({ where: { clusterId, version: '1.34.3' } })).toBe(2);
      const events = await world.platform.events.read('acme', {
        after: 0n,
        limit: 500,
        filter: { operationId },
      });
      const count = (type: string) => events.filter((event) => event.type === type).length;
      for (const type of [
        'CLUSTER_UPGRADING',
        'CONTROL_PLANE_UPGRADED',
        'NODES_UPGRADED',
        'OPERATION_SUCCEEDED',
      ])
        expect(count(type), type).toBe(1);
      expect([count('UPGRADE_BATCH_STARTED'), count('NODE_UPGRADED')]).toEqual([2, 2]);
      const components = await world.prisma.component.findMany({ where: { clusterId } });
      expect(components.every(({ state }) => state === 'ACTIVE')).toBe(true);

      const deployment = await client.get<DeploymentView>(path);
      expect(deployment.spec.replicas).toBe(3);
      expect(JSON.stringify(deployment.metadata)).not.toContain('fleetgraph.dev');
      const { items } = await client.list<{ metadata: object; spec: { unschedulable?: boolean } }>(
        '/api/v1/nodes',
      );
      expect(items.filter(({ spec }) => spec.unschedulable)).toEqual([]);
      expect(JSON.stringify(items)).not.toContain('fleetgraph.dev/upgrade');
    },
  );
});
