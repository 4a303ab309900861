import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import type { Engine } from '../../../engine/engine.js';
import { KubernetesClient } from '../../../engine/kubernetes/client.js';
import { ClusterCatalogStore } from '../../../subgraphs/clusters/store/catalog.store.js';
import { ClusterCheckService } from '../../../subgraphs/clusters/api/cluster-check/cluster-check.service.js';
import type { ClusterCheckItem } from '../../../subgraphs/clusters/api/cluster-check/cluster-check.type.js';
import { MaintenanceWindowService } from '../../../subgraphs/clusters/api/maintenance-window/maintenance-window.service.js';
import {
  waitForOperation,
  startEngineFixture,
  requestCluster,
  type EngineFixture,
} from '../../engine/engine-fixture.js';

let world: EngineFixture;
let engine: Engine;
beforeAll(async () => {
  world = await startEngineFixture({ speed: 1_000 });
  engine = await world.engine();
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

async function runningCluster(version: string): Promise<string> {
  const { clusterId, operationId } = await requestCluster(world, 3, { version });
  expect((await waitForOperation(world, operationId)).state).toBe('SUCCEEDED');
  return clusterId;
}

/** A day of the year that is months away, so that its window is closed. */
function farDay(): string {
  const day = new Date(Date.now() + 150 * 86_400_000);
  return `FREQ=YEARLY;BYMONTH=${day.getUTCMonth() + 1};BYMONTHDAY=${day.getUTCDate()}`;
}

describe('upgrade with an engine and a simulated cloud', { timeout: 300_000 }, () => {
  test('waits for its window, then upgrades control plane and nodes', async () => {
    const clusterId = await runningCluster('1.32.6');
    const windows = new MaintenanceWindowService(world.platform);
    const window = { clusterId, startTime: '00:00' };
    await windows.set(world.actor, { ...window, recurrence: farDay(), durationHours: 1 });
    const input = { id: clusterId, version: '1.34', timing: 'MAINTENANCE_WINDOW' } as const;
    const { operation, cluster } = await world.clusters.upgrade(world.actor, input);
    expect([operation?.state, cluster?.state]).toEqual(['PENDING', 'RUNNING']);
    // A window that is always open moves the upgrade to now.
    await windows.set(world.actor, { ...window, recurrence: 'FREQ=DAILY', durationHours: 24 });
    expect(await waitForOperation(world, operation?.id ?? '')).toMatchObject({
      state: 'SUCCEEDED',
      progress: 1,
    });
    expect(await world.prisma.cluster.findUniqueOrThrow({ where: { id: clusterId } })).toMatchObject({
      state: 'RUNNING',
      version: '1.34.3',
    });
    const nodes = await world.prisma.node.findMany({ where: { clusterId } });
    expect(nodes.map(({ version }) => version)).toEqual(['1.34.3', '1.34.3', '1.34.3']);
    const events = await world.prisma.event.findMany({ where: { clusterId }, orderBy: { sequence: 'asc' } });
    const eventTypes = events
      .filter(({ operationId }) => operationId === operation?.id)
      .map(({ type }) => type);
    const steps = [
      'OPERATION_SCHEDULED',
      'CLUSTER_UPGRADING',
      'CONTROL_PLANE_UPGRADED',
      'NODE_UPGRADED',
      'OPERATION_SUCCEEDED',
    ];
    expect(steps.map((type) => eventTypes.indexOf(type))).toEqual(
      steps.map((type) => eventTypes.indexOf(type)).sort((a, b) => a - b),
    );
    expect(steps.filter((type) => !eventTypes.includes(type))).toEqual([]);
  });

  test('is rejected if a check finds objects of a removed API in the cluster', async () => {
    const clusterId = await runningCluster('1.32.6');
    const access = (await clusterAccess(world.prisma, 'acme', [clusterId])).get(clusterId);
    if (!access) throw new Error('the cluster has no API');
    const client = new KubernetesClient(world.platform.kubernetes.of(access), { clusterId });
    const slice = { apiVersion: 'discovery.k8s.io/v1beta1', kind: 'EndpointSlice' };
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(slice) };
    await client.create('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', {
      ...{ ...slice, apiVersion: 'discovery.k8s.io/v1' },
      ...{
        metadata: { name: 'by-hand', namespace: 'default', annotations },
        addressType: 'IPv4',
        endpoints: [],
      },
    });
    const checks = new ClusterCheckService(world.platform, new ClusterCatalogStore(world.prisma));
    const failed = async (version: string) => {
      const row = await checks.run(world.actor, { clusterId, type: 'UPGRADE', version });
      const items = row?.items as unknown as ClusterCheckItem[];
      return { state: row?.state, items: items.filter(({ result }) => result === 'FAILED') };
    };
    const message =
      'discovery.k8s.io/v1beta1 EndpointSlice (gone in 1.25, use discovery.k8s.io/v1): default/by-hand.';
    // 1.32 does not serve the API either, so the upgrade breaks nothing that works now.
    expect(await failed('1.34')).toMatchObject({
      state: 'PASSED',
      items: [{ name: 'LONG_REMOVED_APIS', message }],
    });
    // createCluster does not accept a version this old, so the row is changed.
    await world.prisma.cluster.update({ where: { id: clusterId }, data: { version: '1.24.17' } });
    for (const { id } of await world.prisma.node.findMany({ where: { clusterId } }))
      await world.cloud('PUT', `/clusters/${clusterId}/instances/${id}/version`, { version: '1.24.17' });
    expect(await failed('1.26')).toMatchObject({
      state: 'BLOCKED',
      items: [
        { name: 'SOURCE_SUPPORT', level: 'WARNING' },
        { name: 'REMOVED_APIS', message },
      ],
    });
    await expect(
      world.clusters.upgrade(world.actor, { id: clusterId, version: '1.26' }),
    ).rejects.toMatchObject({
      problems: [{ code: 'UPGRADE_BLOCKED', path: ['input', 'id'] }],
    });
  });
});
