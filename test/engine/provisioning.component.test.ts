import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noFaultInjection } from '../../engine/contract.js';
import type { Engine } from '../../engine/engine.js';
import { requestCancel } from '../../engine/operations/operation-controls.js';
import { enqueue } from '../../engine/jobs/queue.js';
import { eventTransaction } from '../../engine/events/event-transaction.js';
import { eventually } from '../kit/eventually.js';
import { clusterSchedules } from '../../subgraphs/clusters/reconcilers.js';
import {
  audit,
  waitForOperation,
  NODE_TYPE,
  startEngineFixture,
  requestCluster,
  type EngineFixture,
} from './engine-fixture.js';

let world: EngineFixture;
let engine: Engine;
beforeAll(async () => {
  world = await startEngineFixture();
  await world.limit('payg-vcpu', 1_000);
  await world.limit('custom-routes-per-route-table', 1_000);
  engine = await world.engine();
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

/** Simulated seconds until a control plane and a node have started, and values that exceed the duration of a test. */
const USUAL = { controlPlane: 90, node: 45 };
const NEVER_UP = { controlPlane: 60_000, node: 60_000 };

const typesOf = async (operationId: string) =>
  (await world.platform.events.read('acme', { after: 0n, limit: 500, filter: { operationId } })).map(
    ({ type }) => type,
  );

async function scale(poolId: string, desiredSize: number) {
  const { operation } = await world.pools.scale(world.actor, { nodePoolId: poolId, desiredSize });
  return waitForOperation(world, operation?.id ?? '');
}

describe('provisioning', () => {
  it('creates a cluster with its nodes, appends an event for each step, scales it out and in, upgrades and deletes it', async () => {
    const { clusterId, poolId, operationId } = await requestCluster(world, 3, { version: '1.32.6' });
    expect(await waitForOperation(world, operationId)).toMatchObject({
      state: 'SUCCEEDED',
      progress: 1,
      requested: 3,
      created: 3,
      failed: 0,
      stages: [
        { state: 'SUCCEEDED' },
        { state: 'SUCCEEDED' },
        { state: 'SUCCEEDED' },
        { state: 'SUCCEEDED' },
      ],
    });
    const settled = { state: 'RUNNING', nodes: 3, running: 3, sameAsCloud: true, nodePlaces: 3 };
    expect(await audit(world, clusterId)).toMatchObject(settled);
    const types = await typesOf(operationId);
    expect(types.filter((type) => type === 'NODE_READY')).toHaveLength(3);
    for (const type of [
      'CONTROL_PLANE_READY',
      'KUBERNETES_API_READY',
      'NODE_POOL_SCALED',
      'CLUSTER_RUNNING',
    ]) {
      expect(types.filter((other) => other === type)).toHaveLength(1);
    }
    expect(types.at(-2)).toBe('OPERATION_SUCCEEDED');

    expect(await scale(poolId, 5)).toMatchObject({ state: 'SUCCEEDED', requested: 2, created: 2, failed: 0 });
    expect(await audit(world, clusterId)).toMatchObject({
      nodes: 5,
      running: 5,
      sameAsCloud: true,
      nodePlaces: 5,
    });
    const [oldest] = await world.prisma.node.findMany({ where: { clusterId }, orderBy: { id: 'asc' } });
    expect(await scale(poolId, 1)).toMatchObject({ state: 'SUCCEEDED', requested: 0, failed: 0 });
    const small = await audit(world, clusterId);
    expect(small).toMatchObject({ nodes: 1, running: 1, sameAsCloud: true, nodePlaces: 1 });
    expect(small.vcpu).toBe(small.recount);
    expect((await world.prisma.node.findFirst({ where: { clusterId } }))?.id).toBe(oldest?.id);
    await eventually(async () => (await audit(world, clusterId)).state === 'RUNNING');

    const upgrade = await world.clusters.upgrade(world.actor, { id: clusterId, version: '1.34.1' });
    expect(await waitForOperation(world, upgrade.operation?.id ?? '')).toMatchObject({
      state: 'SUCCEEDED',
      progress: 1,
    });
    expect(await world.prisma.cluster.findUnique({ where: { id: clusterId } })).toMatchObject({
      state: 'RUNNING',
      version: '1.34.1',
    });
    expect(await world.prisma.node.findMany({ where: { clusterId } })).toMatchObject([{ version: '1.34.1' }]);

    const deletion = await world.clusters.delete(world.actor, { id: clusterId });
    expect(await waitForOperation(world, deletion.operation?.id ?? '')).toMatchObject({
      state: 'SUCCEEDED',
      stages: [{ state: 'SUCCEEDED' }, { state: 'SUCCEEDED' }, { state: 'SUCCEEDED' }],
    });
    const gone = await audit(world, clusterId);
    expect(gone).toMatchObject({ state: 'DELETED', nodes: 0, sameAsCloud: true, nodePlaces: 0 });
    expect(gone.vcpu).toBe(gone.recount);
    expect(await world.platform.provider.controlPlane(clusterId)).toBeUndefined();
    expect(await world.prisma.clusterAccess.findUnique({ where: { clusterId } })).toBeNull();
    expect(await world.used('ACK_PRO/clustersPerAccount')).toBe(0);
    expect(await world.used('load-balancers')).toBe(0);
  });

  it('creates the nodes that the vCPU quota allows, reports the rest, and retries on request', async () => {
    const { clusterId, poolId, operationId } = await requestCluster(world, 1);
    await waitForOperation(world, operationId);
    const used = await world.used('payg-vcpu');
    await world.limit('payg-vcpu', used + 8);
    const partial = await scale(poolId, 5);
    expect(partial).toMatchObject({ state: 'PARTIAL', requested: 4, created: 2, failed: 2 });
    expect(partial.failures).toMatchObject([{ code: 'QUOTA_EXCEEDED' }, { code: 'QUOTA_EXCEEDED' }]);
    expect(await audit(world, clusterId)).toMatchObject({
      nodes: 3,
      running: 3,
      nodePlaces: 3,
      vcpu: used + 8,
    });
    await world.limit('payg-vcpu', 1_000);
    expect(await scale(poolId, 5)).toMatchObject({ state: 'SUCCEEDED', requested: 2, created: 2, failed: 0 });
    expect(await audit(world, clusterId)).toMatchObject({
      nodes: 5,
      running: 5,
      sameAsCloud: true,
      nodePlaces: 5,
    });
  });

  it('releases the quota of nodes that failed to start, and replaces them at the next spec change', async () => {
    const { clusterId, poolId, operationId } = await requestCluster(world, 1);
    await waitForOperation(world, operationId);
    await world.settings({ failureRate: 1 });
    const failed = await scale(poolId, 3);
    expect(failed).toMatchObject({
      state: 'FAILED',
      created: 0,
      failed: 2,
      error: { code: 'INSTANCE_START_FAILED' },
    });
    const after = await audit(world, clusterId);
    expect(after).toMatchObject({ nodes: 1, running: 1, nodePlaces: 1 });
    expect(after.vcpu).toBe(after.recount);
    expect(await world.prisma.node.count({ where: { clusterId, state: 'failed' } })).toBe(2);
    await world.settings({ failureRate: 0 });
    expect(await scale(poolId, 3)).toMatchObject({ state: 'SUCCEEDED', created: 2, failed: 0 });
    expect(await world.prisma.node.count({ where: { clusterId } })).toBe(3);
    expect(await audit(world, clusterId)).toMatchObject({ nodes: 3, running: 3, sameAsCloud: true });
  });

  it('finishes as PARTIAL when an instance type is out of stock', async () => {
    const zone = await world.prisma.zone.findFirstOrThrow({ where: { regionId: 'cn-hangzhou' } });
    const { poolId, operationId } = await requestCluster(world, 1, { zoneIds: [zone.id] });
    await waitForOperation(world, operationId);
    const inUse = await world.prisma.node.count({ where: { zoneId: zone.id, state: { not: 'failed' } } });
    await world.settings({ stock: { [`${zone.id}/${NODE_TYPE}`]: inUse + 1 } });
    const partial = await scale(poolId, 4);
    expect(partial).toMatchObject({ state: 'PARTIAL', created: 1, failed: 2 });
    expect(partial.failures).toMatchObject([{ code: 'OUT_OF_STOCK' }, { code: 'OUT_OF_STOCK' }]);
    await world.settings({ stock: { [`${zone.id}/${NODE_TYPE}`]: 2_000 } });
  });

  it('counts each missing node once when both stock and quota are exhausted, and reserves nothing for it', async () => {
    const zone = await world.prisma.zone.findFirstOrThrow({ where: { regionId: 'cn-hangzhou' } });
    const { clusterId, poolId, operationId } = await requestCluster(world, 1, { zoneIds: [zone.id] });
    await waitForOperation(world, operationId);
    const inUse = await world.prisma.node.count({ where: { zoneId: zone.id, state: { not: 'failed' } } });
    const stock = `${zone.id}/${NODE_TYPE}`;
    await world.settings({ stock: { [stock]: inUse + 2 } });
    const used = await world.used('payg-vcpu');
    await world.limit('payg-vcpu', used + 20);
    const partial = await scale(poolId, 10);
    expect(partial).toMatchObject({ state: 'PARTIAL', requested: 9, created: 2, failed: 7 });
    // Each instance that is out of stock releases its vCPUs to the next one, so all of them are tried.
    expect(partial.failures).toMatchObject(Array(7).fill({ code: 'OUT_OF_STOCK' }));
    expect(await audit(world, clusterId)).toMatchObject({ running: 3, nodePlaces: 3, vcpu: used + 8 });
    await world.settings({ stock: { [stock]: 2_000 } });
    await world.limit('payg-vcpu', 1_000);
    expect(await scale(poolId, 10)).toMatchObject({ state: 'SUCCEEDED', requested: 7, created: 7 });
    expect(await audit(world, clusterId)).toMatchObject({ running: 10, nodePlaces: 10, sameAsCloud: true });
  });

  it('grants the last vCPUs once to pools that scale out concurrently, and each pool reports its missing nodes', async () => {
    const pool = (name: string) => ({ name, instanceTypes: [NODE_TYPE], desiredSize: 0 });
    const { clusterId, operationId } = await requestCluster(world, 1, {
      nodePools: [pool('one'), pool('two')] as never,
    });
    await waitForOperation(world, operationId);
    const pools = await world.prisma.nodePool.findMany({ where: { clusterId } });
    const used = await world.used('payg-vcpu');
    await world.limit('payg-vcpu', used + 12);
    const ends = await Promise.all(pools.map(({ id }) => scale(id, 3)));
    await world.limit('payg-vcpu', 1_000);
    const counts = ends.map(({ requested, created, failed }) => ({
      requested,
      tried: (created ?? 0) + (failed ?? 0),
    }));
    expect(counts).toEqual(Array(2).fill({ requested: 3, tried: 3 }));
    expect(ends.reduce((sum, { created }) => sum + (created ?? 0), 0)).toBe(3);
    expect(await audit(world, clusterId)).toMatchObject({ running: 3, nodePlaces: 3, vcpu: used + 12 });
  });

  it('keeps the created nodes when a scale-out is cancelled', async () => {
    const { clusterId, poolId, operationId } = await requestCluster(world, 1);
    await waitForOperation(world, operationId);
    // Simulated seconds, at a speed of 100: long enough that no operation has ended when it is cancelled, and no longer,
    // because the operation waits for nodes that are starting.
    await world.settings({ bootSeconds: { node: 600 } });
    const { operation } = await world.pools.scale(world.actor, { nodePoolId: poolId, desiredSize: 3 });
    const id = operation?.id ?? '';
    await cancel(id, ['node-pool', poolId]);
    const canceled = await waitForOperation(world, id);
    await world.settings({ bootSeconds: USUAL });
    expect(canceled).toMatchObject({ state: 'CANCELED', failed: 0 });
    const pool = await world.prisma.nodePool.findUniqueOrThrow({ where: { id: poolId } });
    const now = await audit(world, clusterId);
    expect(now.nodes).toBe(pool.desiredSize);
    expect(now).toMatchObject({ sameAsCloud: true, nodePlaces: pool.desiredSize });
    expect(now.vcpu).toBe(now.recount);
  });

  it('leaves a FAILED cluster that can be deleted when its creation is cancelled', async () => {
    await world.settings({ bootSeconds: NEVER_UP });
    const { clusterId, operationId } = await requestCluster(world, 2);
    await cancel(operationId, ['cluster', clusterId]);
    expect(await waitForOperation(world, operationId)).toMatchObject({
      state: 'CANCELED',
      error: { code: 'OPERATION_CANCELED' },
    });
    await world.settings({ bootSeconds: USUAL });
    expect((await audit(world, clusterId)).state).toBe('FAILED');
    const deletion = await world.clusters.delete(world.actor, { id: clusterId });
    expect(await waitForOperation(world, deletion.operation?.id ?? '')).toMatchObject({ state: 'SUCCEEDED' });
    const gone = await audit(world, clusterId);
    expect(gone).toMatchObject({ state: 'DELETED', nodes: 0, sameAsCloud: true, nodePlaces: 0 });
    expect(gone.vcpu).toBe(gone.recount);
  });

  it('never sets the desired size of a pool below its minimum when its creation is cancelled before the first node', async () => {
    const bounds = { enabled: true, minSize: 2, maxSize: 4 };
    const elastic = { name: 'elastic', instanceTypes: [NODE_TYPE], desiredSize: 3, autoscaling: bounds };
    const first = { name: 'first', instanceTypes: [NODE_TYPE], desiredSize: 1 };
    await world.settings({ bootSeconds: NEVER_UP });
    const { clusterId, operationId } = await requestCluster(world, 1, {
      nodePools: [first, elastic] as never,
    });
    await cancel(operationId, ['cluster', clusterId]);
    expect(await waitForOperation(world, operationId)).toMatchObject({
      state: 'CANCELED',
      failed: 0,
      failures: [],
    });
    await world.settings({ bootSeconds: USUAL });
    const pools = await world.prisma.nodePool.findMany({ where: { clusterId }, orderBy: { name: 'asc' } });
    expect(pools.map(({ name, desiredSize }) => [name, desiredSize])).toEqual([
      ['elastic', 2],
      ['first', 0],
    ]);
    expect(await audit(world, clusterId)).toMatchObject({ nodes: 0, nodePlaces: 0, sameAsCloud: true });
  });

  it('deletes a cluster during its creation', async () => {
    await world.settings({ bootSeconds: { node: NEVER_UP.node } });
    const { clusterId } = await requestCluster(world, 4);
    await eventually(() => world.prisma.node.findFirst({ where: { clusterId, state: 'starting' } }), {
      what: 'a node that starts',
    });
    const { operation } = await world.clusters.delete(world.actor, { id: clusterId });
    await world.settings({ bootSeconds: USUAL });
    expect(await waitForOperation(world, operation?.id ?? '')).toMatchObject({ state: 'SUCCEEDED' });
    const gone = await audit(world, clusterId);
    expect(gone).toMatchObject({ state: 'DELETED', nodes: 0, sameAsCloud: true, nodePlaces: 0 });
    expect(gone.vcpu).toBe(gone.recount);
  });

  it('fails a deletion that the cloud rejects, and completes it when it is requested again', async () => {
    const { clusterId, operationId } = await requestCluster(world, 1);
    expect(await waitForOperation(world, operationId)).toMatchObject({ state: 'SUCCEEDED' });
    await world.settings({ deletionFailureRate: 1 });
    const rejected = await world.clusters.delete(world.actor, { id: clusterId });
    expect(await waitForOperation(world, rejected.operation?.id ?? '')).toMatchObject({
      state: 'FAILED',
      error: { code: 'RESOURCE_IN_USE' },
    });
    expect(await audit(world, clusterId)).toMatchObject({ state: 'DELETE_FAILED', nodes: 0 });
    await world.settings({ deletionFailureRate: 0 });
    const again = await world.clusters.delete(world.actor, { id: clusterId });
    expect(await waitForOperation(world, again.operation?.id ?? '')).toMatchObject({ state: 'SUCCEEDED' });
    expect((await audit(world, clusterId)).state).toBe('DELETED');
    const failed = await world.platform.events.read('acme', {
      after: 0n,
      limit: 10,
      filter: { clusterId, types: ['CLUSTER_DELETE_FAILED'] },
    });
    expect(failed).toHaveLength(1);
  });

  it('creates each resource once when two engines share the work', async () => {
    await using _second = await world.engine();
    const requested = await Promise.all(Array.from({ length: 4 }, () => requestCluster(world, 3)));
    for (const { clusterId, operationId } of requested) {
      expect(await waitForOperation(world, operationId)).toMatchObject({ state: 'SUCCEEDED', created: 3 });
      expect(await audit(world, clusterId)).toMatchObject({
        nodes: 3,
        running: 3,
        sameAsCloud: true,
        nodePlaces: 3,
      });
      expect((await typesOf(operationId)).filter((type) => type === 'NODE_READY')).toHaveLength(3);
    }
  });

  it('deletes a node pool with its nodes and keeps the cluster running', async () => {
    const { clusterId, poolId, operationId } = await requestCluster(world, 2);
    await waitForOperation(world, operationId);
    const { operation } = await world.pools.delete(world.actor, { id: poolId });
    expect(await waitForOperation(world, operation?.id ?? '')).toMatchObject({ state: 'SUCCEEDED' });
    await eventually(async () => (await audit(world, clusterId)).state === 'RUNNING');
    const now = await audit(world, clusterId);
    expect(now).toMatchObject({ nodes: 0, sameAsCloud: true, nodePlaces: 0 });
    expect(now.vcpu).toBe(now.recount);
    for (const count of ['nodePoolsPerCluster', 'scalingGroupsPerCluster'])
      expect(await world.used(`ACK_PRO/${count}`, clusterId)).toBe(0);
  });
});

describe('nodes', () => {
  it('become NotReady and Ready as Kubernetes reports, with an event for each change', async () => {
    const { clusterId, operationId } = await requestCluster(world, 1);
    await waitForOperation(world, operationId);
    await eventually(async () => (await audit(world, clusterId)).state === 'RUNNING');
    const node = await world.prisma.node.findFirstOrThrow({ where: { clusterId } });
    const check = clusterSchedules(world.platform).find(({ name }) => name === 'check-nodes');
    const runCheck = () => check?.run({ ...scope(), signal: new AbortController().signal });
    for (const [on, status] of [
      [false, 'NotReady'],
      [true, 'Ready'],
    ] as const) {
      await power(clusterId, node.id, on);
      await eventually(async () => {
        await runCheck();
        return (await world.prisma.node.findUnique({ where: { id: node.id } }))?.status === status;
      });
    }
    const events = await world.platform.events.read('acme', { after: 0n, limit: 100, filter: { clusterId } });
    const types = events
      .map(({ type }) => type)
      .filter((type) => type.startsWith('NODE_') && type.endsWith('READY'));
    expect(types).toEqual(['NODE_READY', 'NODE_NOT_READY', 'NODE_READY']);
  });

  it('are created in batches: a pool of 200 costs less than one SQL statement per node', async () => {
    const { clusterId, poolId, operationId } = await requestCluster(world, 0);
    await waitForOperation(world, operationId);
    await eventually(async () => (await audit(world, clusterId)).state === 'RUNNING');
    const statements = await world.kit.statements(async () => {
      const { operation } = await world.pools.scale(world.actor, { nodePoolId: poolId, desiredSize: 200 });
      await poll(operation?.id ?? '');
    });
    expect(
      await world.prisma.operation.findFirst({ where: { type: 'SCALE_NODE_POOL', targetId: poolId } }),
    ).toMatchObject({
      state: 'SUCCEEDED',
      failures: [],
      error: null,
    });
    expect(await audit(world, clusterId)).toMatchObject({
      nodes: 200,
      running: 200,
      sameAsCloud: true,
      nodePlaces: 200,
    });
    expect(statements.length).toBeLessThan(200);
  });
});

/** Waits for the operation on a connection that is not counted. */
function poll(operationId: string): Promise<unknown> {
  return eventually(async () => {
    const { rows } = await world.kit.database.pool.query(
      'SELECT finished_at FROM engine.operation WHERE id = $1',
      [operationId],
    );
    return rows[0]?.finished_at !== null;
  });
}

function scope() {
  const { database, clock, log } = world.platform;
  return { database: database.prisma, clock, log, faults: noFaultInjection };
}

async function power(clusterId: string, instanceId: string, on: boolean): Promise<void> {
  const path = `/cloud/v1/clusters/${clusterId}/instances/${instanceId}/power`;
  const response = await fetch(new URL(path, world.kubesim.cloudUrl), {
    method: 'PUT',
    headers: { authorization: `Bearer ${world.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ on }),
  });
  expect(response.status).toBe(200);
}

async function cancel(operationId: string, [kind, key]: readonly [string, string]): Promise<void> {
  const at = new Date();
  await eventTransaction(world.prisma, at, async (tx) => {
    await requestCancel(tx, 'acme', operationId, at);
    await enqueue(tx, kind, key);
  });
}
