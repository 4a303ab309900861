import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../kit/eventually.js';
import { openPoolsWithEngine, type PoolsWithEngine } from './pools-with-engine.js';

let setup: PoolsWithEngine;
beforeAll(async () => {
  setup = await openPoolsWithEngine();
});
afterAll(() => setup[Symbol.asyncDispose]());

const managed = (more: Record<string, unknown> = {}) => ({
  management: { autoRepair: true, maxUnavailable: 1, ...more },
});
const nodesOf = async (pool: string) => (await setup.pool(pool)).nodes.nodes;
const files = async (cluster: string, node: string) => {
  const { instances } = await setup.cloud<{ instances: { id: string; systemDisk: { id: string } }[] }>(
    'GET',
    `/clusters/${cluster}/instances`,
  );
  return instances.find(({ id }) => id === node)?.systemDisk.id;
};

describe('managed node pool', () => {
  test('restarts a node that is not ready, and records that its system disk was kept', async () => {
    const { id, pools } = await setup.cluster([{ name: 'a', ...managed() }]);
    const pool = pools[0] ?? '';
    const [node] = await nodesOf(pool);
    const disk = await files(id, node?.id ?? '');
    await setup.breakNode(id, node?.id ?? '', 'KUBELET');
    await setup.poolWhen(
      pool,
      ({ nodeRepairs }) => nodeRepairs.nodes[0]?.state === 'SUCCEEDED',
      'the repair',
    );
    const repaired = await setup.poolWhen(pool, ({ healthyNodes }) => healthyNodes === 1, 'a healthy node');
    expect(repaired.nodeRepairs.nodes).toMatchObject([{ nodeName: node?.name, systemDiskReset: false }]);
    expect(await files(id, node?.id ?? '')).toBe(disk);
    const events = await setup.events(id);
    expect(
      events.filter(({ type }) => /^NODE_(NOT_READY|REPAIR)/.test(type)).map(({ type }) => type),
    ).toEqual(['NODE_NOT_READY', 'NODE_REPAIR_STARTED', 'NODE_REPAIRED']);
    expect(events.find(({ type }) => type === 'NODE_REPAIRED')?.data).toMatchObject({
      systemDiskReset: false,
    });
  });

  test('replaces the system disk of a node that a restart does not repair, and records it', async () => {
    const input = { ...managed({ allowSystemDiskReset: true }), acknowledgeRisk: true };
    const { id, pools } = await setup.cluster([{ name: 'a', ...input }]);
    const pool = pools[0] ?? '';
    const [node] = await nodesOf(pool);
    const disk = await files(id, node?.id ?? '');
    await setup.breakNode(id, node?.id ?? '', 'SYSTEM_DISK');
    const repaired = await setup.poolWhen(
      pool,
      ({ nodeRepairs, healthyNodes }) => nodeRepairs.nodes[0]?.state === 'SUCCEEDED' && healthyNodes === 1,
      'the repair',
    );
    expect(repaired.nodeRepairs.nodes).toMatchObject([{ systemDiskReset: true }]);
    expect(await files(id, node?.id ?? '')).not.toBe(disk);
  });

  test('keeps a system disk if the pool does not allow its replacement: the repair fails with a reason', async () => {
    const { id, pools } = await setup.cluster([{ name: 'a', ...managed() }]);
    const pool = pools[0] ?? '';
    const [node] = await nodesOf(pool);
    await setup.breakNode(id, node?.id ?? '', 'SYSTEM_DISK');
    const failed = await setup.poolWhen(
      pool,
      ({ nodeRepairs }) => nodeRepairs.nodes[0]?.state === 'FAILED',
      'the end',
    );
    expect(failed.nodeRepairs.nodes).toMatchObject([{ systemDiskReset: false }]);
    expect((await setup.events(id)).map(({ type }) => type)).toContain('NODE_REPAIR_FAILED');
    const input = { id: pool, management: { allowSystemDiskReset: true } };
    expect(await setup.rejected('updateNodePool', input)).toEqual([
      ['RISK_NOT_ACKNOWLEDGED', 'management.allowSystemDiskReset'],
    ]);
  });

  test('repairs at most maxUnavailable nodes at the same time', async () => {
    const { id, pools } = await setup.cluster([
      { name: 'a', desiredSize: 3, ...managed({ maxUnavailable: 1 }) },
    ]);
    const pool = pools[0] ?? '';
    for (const { id: node } of await nodesOf(pool)) await setup.breakNode(id, node, 'KUBELET');
    await setup.poolWhen(pool, ({ healthyNodes }) => healthyNodes === 3, 'three healthy nodes');
    await eventually(
      async () =>
        (await setup.pool(pool)).nodeRepairs.nodes.filter(({ state }) => state === 'SUCCEEDED').length === 3,
    );
    const log = (await setup.events(id))
      .filter(({ type }) => /^NODE_REPAIR/.test(type))
      .map(({ type }) => type);
    expect(log).toEqual([1, 2, 3].flatMap(() => ['NODE_REPAIR_STARTED', 'NODE_REPAIRED']));
  });

  test('an unmanaged pool repairs no nodes', async () => {
    const { id, pools } = await setup.cluster([{ name: 'a' }]);
    const pool = pools[0] ?? '';
    const [node] = await nodesOf(pool);
    await setup.breakNode(id, node?.id ?? '', 'KUBELET');
    const view = await setup.poolWhen(pool, ({ nodes }) => nodes.nodes[0]?.status === 'NotReady', 'NotReady');
    expect(view.nodeRepairs.nodes).toEqual([]);
  });
});
