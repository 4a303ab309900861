import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enqueue } from '../../../engine/jobs/queue.js';
import { CLOUD_RESOURCE_REQUESTS } from '../../../engine/providers/cloud-resource-provider.js';
import { audit, waitForOperation, requestCluster, type EngineFixture } from '../../engine/engine-fixture.js';
import { movableClock } from '../../kit/clock.js';
import { eventually } from '../../kit/eventually.js';
import { type Ask, type GraphWithEngine, openGraphWithEngine } from '../graph-with-engine.js';
import {
  beginUpgrade,
  clientOf,
  componentsSettled,
  type DeploymentView,
  terminatingPod,
  operationWhen,
  readyWorkload,
  runningCluster,
  watchPods,
} from './upgrade-kit.js';

const clock = movableClock();
let setup: GraphWithEngine;
let world: EngineFixture;
let ask: Ask;
beforeAll(async () => {
  setup = await openGraphWithEngine({ speed: 200, clock });
  ({ world, ask } = setup);
});
afterAll(() => setup[Symbol.asyncDispose]());

const resume = (id: string) =>
  ask(`mutation ($id: ID!) { resumeOperation(input: { id: $id }) { userErrors { code } } }`, { id });

/** Turns the API servers of a managed cluster on or off. */
async function powerApi(clusterId: string, on: boolean): Promise<void> {
  const path = `/clusters/${clusterId}`;
  const { replicas } = await world.cloud<{ replicas: { id: string; component: string }[] }>('GET', path);
  for (const { id } of replicas.filter(({ component }) => component === 'kube-apiserver'))
    await world.cloud('PUT', `${path}/replicas/${id}/power`, { on });
}

/** Whether the last reconcile of a cluster has failed. */
async function isFailing(clusterId: string): Promise<boolean> {
  const { rowCount } = await world.kit.database.pool.query(
    `SELECT FROM graphile_worker._private_jobs
     WHERE payload->>'kind' = 'cluster' AND payload->>'key' = $1 AND (payload->>'attempt')::int > 0`,
    [clusterId],
  );
  return rowCount === 1;
}

describe('failures during an upgrade', { timeout: 300_000 }, () => {
  it('a lost master ends the upgrade: no node pool replaces it, and the cluster keeps running', async () => {
    const dedicated = { type: 'KUBERNETES', spec: null, version: '1.32.6' } as const;
    const { clusterId, operationId } = await requestCluster(world, 1, dedicated);
    expect(await waitForOperation(world, operationId)).toMatchObject({ state: 'SUCCEEDED' });
    await componentsSettled(world, clusterId);
    const rollingPolicy = { batchSize: 1, pausePolicy: 'FIRST_BATCH' };
    const id = await beginUpgrade(ask, { id: clusterId, version: '1.34', rollingPolicy });
    await operationWhen(world, id, ({ pausedAt }) => pausedAt !== null);
    const where = { clusterId, role: 'MASTER', version: '1.32.6' };
    const master = await world.prisma.node.findFirstOrThrow({ where, orderBy: { id: 'asc' } });
    const { provider } = world.platform;
    await provider.deleteInstances(clusterId, [master.id], { drain: false, release: true });
    await eventually(async () =>
      (await provider.instances(clusterId)).every((instance) => instance.id !== master.id),
    );
    await resume(id);
    expect(await waitForOperation(world, id)).toMatchObject({
      state: 'FAILED',
      error: { code: 'NODE_LOST', message: expect.stringContaining(master.name) },
      stages: [{ state: 'SUCCEEDED' }, { state: 'SUCCEEDED' }, { state: 'FAILED' }, { state: 'CANCELED' }],
    });
    const cluster = await world.prisma.cluster.findUniqueOrThrow({ where: { id: clusterId } });
    expect(cluster).toMatchObject({ state: 'RUNNING', version: '1.34.3' });
    const nodes = await (await clientOf(world, clusterId)).list<{ spec: object }>('/api/v1/nodes');
    expect(JSON.stringify(nodes)).not.toContain('fleetgraph.dev/upgrade');
  });

  it('an API server that is unavailable for 30 minutes pauses the upgrade with a reason; it is resumed after recovery', async () => {
    const { clusterId, client } = await runningCluster(world, '1.32.6', 1);
    const pod = await terminatingPod(client, 'terminating');
    const id = await beginUpgrade(ask, { id: clusterId, version: '1.34' });
    await pod.leaving();
    await powerApi(clusterId, false);
    // No reconcile that has read the pods before is still running.
    await eventually(() => isFailing(clusterId));
    clock.advance(31 * 60_000);
    await operationWhen(world, id, ({ pausedAt }) => pausedAt !== null);
    const filter = { operationId: id, types: ['UPGRADE_STALLED'] };
    const [event] = await world.platform.events.read('acme', { after: 0n, limit: 1, filter });
    expect(event).toMatchObject({ level: 'WARNING', data: { nodes: [pod.nodeName] } });
    expect(event?.message).toContain('the Kubernetes API does not answer');
    await powerApi(clusterId, true);
    await pod.release();
    await resume(id);
    expect(await waitForOperation(world, id)).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('a failed control plane ends the upgrade: the cluster keeps its version and API, and can be upgraded again', async () => {
    const { clusterId, client } = await runningCluster(world, '1.32.6', 1);
    await world.settings({ controlPlaneFailureRate: 1 });
    const id = await beginUpgrade(ask, { id: clusterId, version: '1.34' });
    const operation = await waitForOperation(world, id);
    await world.settings({ controlPlaneFailureRate: 0 });
    expect(operation).toMatchObject({
      state: 'FAILED',
      error: { code: 'SERVICE_UNAVAILABLE' },
      stages: [{ state: 'SUCCEEDED' }, { state: 'FAILED' }, { state: 'CANCELED' }, { state: 'CANCELED' }],
    });
    const cluster = await world.prisma.cluster.findUniqueOrThrow({ where: { id: clusterId } });
    expect(cluster).toMatchObject({ state: 'RUNNING', version: '1.32.6' });
    expect(await world.platform.provider.controlPlane(clusterId)).toMatchObject({
      state: 'RUNNING',
      version: '1.32.6',
    });
    const { items } = await client.list<{ spec: { unschedulable?: boolean } }>('/api/v1/nodes');
    expect(items.map(({ spec }) => spec.unschedulable ?? false)).toEqual([false]);
    const again = await beginUpgrade(ask, { id: clusterId, version: '1.34' });
    expect(await waitForOperation(world, again)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await audit(world, clusterId)).toMatchObject({ nodes: 1, running: 1, sameAsCloud: true });
  });

  it('evicts pods of a stateful set with disks one at a time, without an additional pod whose disk would remain', async () => {
    const { clusterId, client } = await runningCluster(world, '1.32.6', 3);
    const input = { name: 'db', replicas: 3, kind: 'StatefulSet', disks: true, graceSeconds: 60 } as const;
    const ready = readyWorkload(client, input);
    const claims = '/api/v1/namespaces/default/persistentvolumeclaims';
    await eventually(async () => (await client.list(claims)).items.length > 0, { what: 'the first claim' });
    await enqueue(world.prisma, CLOUD_RESOURCE_REQUESTS, 'all');
    const set = await ready;
    const pods = watchPods(client, 'app=db');
    const id = await beginUpgrade(ask, { id: clusterId, version: '1.34', rollingPolicy: { batchSize: 2 } });
    expect(await waitForOperation(world, id)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await pods.end()).toEqual({ names: ['db-0', 'db-1', 'db-2'], leaving: 1 });
    const view = await client.get<DeploymentView>(set);
    expect(view.spec.replicas).toBe(3);
    expect(JSON.stringify(view)).not.toContain('fleetgraph.dev');
  });
});
