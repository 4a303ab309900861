import { Watch, type V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readQuotaUsage } from '../../../engine/ledger/ledger.js';
import type { FaultInjector } from '../../../engine/contract.js';
import { type FaultPoint, faultPoints } from '../../../engine/faults/fault-points.js';
import { clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { eventually } from '../../kit/eventually.js';
import { waitForOperation } from '../../engine/engine-fixture.js';
import { isReady, type KindsFixture, startKinds, succeeded } from './kinds-fixture.js';
import { kubeConfigOf } from '../../kit/kube-config.js';

/** Promise that the engine awaits in the middle of a migration. */
let meanwhile: Promise<void> = Promise.resolve();

/** Each fault point of a migration fails the first time it is reached, as if the engine had been killed there. */
const reached: string[] = [];
const faults: FaultInjector = {
  reach: async (point) => {
    if (!(faultPoints.migration as readonly FaultPoint[]).includes(point)) return;
    await meanwhile;
    reached.push(point);
    if (reached.indexOf(point) === reached.length - 1) throw new Error(`died at ${point}`);
  },
};

let kinds: KindsFixture;
beforeAll(async () => {
  kinds = await startKinds(1_000, faults);
});
afterAll(() => kinds[Symbol.asyncDispose]());

const standard = (name: string, size = 2) =>
  kinds.create({
    name,
    spec: 'STANDARD',
    nodePools: [{ name: 'workers', instanceTypes: ['ecs.g7.xlarge'], desiredSize: size }],
  });

/** Starts a migration and runs `before` before it has completed. */
const migrate = async (id: string, before: () => Promise<unknown>) => {
  let goOn: () => void = () => undefined;
  meanwhile = new Promise((resolve) => (goOn = resolve));
  try {
    const { operation, userErrors } = await kinds.mutate('migrateCluster', 'MigrateClusterInput', { id });
    expect(userErrors).toEqual([]);
    await before();
    return operation?.id ?? '';
  } finally {
    goOn();
  }
};

const read = async (id: string) => {
  const { cluster } = await kinds.graph<{ cluster: Record<string, unknown> }>(
    'query ($id: ID!) { cluster(id: $id) { kind state product spec } }',
    { id },
  );
  return cluster;
};

/** The cluster's usage of the quotas of both products. */
const usageOf = async (id: string) => {
  const keys = ['ACK_STANDARD', 'ACK_PRO'].flatMap((product) => [
    { resource: `${product}/clustersPerAccount`, scope: '' },
    { resource: `${product}/nodePoolsPerCluster`, scope: id },
    { resource: `${product}/scalingGroupsPerCluster`, scope: id },
    { resource: `${product}/nodesPerCluster`, scope: id },
  ]);
  return (await readQuotaUsage(kinds.world.prisma, 'acme', keys)).map(({ used }) => used);
};

/** Watches the pods of the default namespace and collects the events. */
async function watchPods(id: string) {
  const access = (await clusterAccess(kinds.world.prisma, null, [id])).get(id);
  if (!access) throw new Error('no access');
  const { core } = await kinds.inside(id);
  const { metadata } = await core.listNamespacedPod({ namespace: 'default' });
  const samples: { readonly phase: string; readonly ready: boolean }[] = [];
  let broken = false;
  const request = await new Watch(kubeConfigOf(access)).watch(
    '/api/v1/namespaces/default/pods',
    { resourceVersion: metadata?.resourceVersion ?? '' },
    (phase: string, pod: V1Pod) => void samples.push({ phase, ready: isReady(pod) }),
    () => (broken = true),
  );
  return { seen: samples, isBroken: () => broken, stop: () => request.abort() };
}

describe('migration from ACK Standard to ACK Pro', () => {
  test('keeps every pod running, changes product and edition, moves the quota usage and starts the billing', async () => {
    const id = await standard('grows-up');
    const api = await kinds.inside(id);
    await api.deploy({ name: 'web', replicas: 6 });
    const before = (await api.running('web', 6)).map(({ metadata }) => metadata?.uid).sort();
    expect(await usageOf(id)).toEqual([1, 1, 1, 2, 0, 0, 0, 0]);
    const metered = () =>
      kinds.world.prisma.usageRecord.count({
        where: { clusterId: id, item: 'CLUSTER_MANAGEMENT', endedAt: null },
      });
    expect(await metered()).toBe(0);
    const watch = await watchPods(id);

    const operationId = await migrate(id, async () =>
      expect(await read(id)).toMatchObject({ state: 'UPDATING', product: 'ACK_STANDARD' }),
    );
    await succeeded(kinds.world, operationId);

    expect(await read(id)).toEqual({ kind: 'PRO', state: 'RUNNING', product: 'ACK_PRO', spec: 'PRO' });
    expect(await usageOf(id)).toEqual([0, 0, 0, 0, 1, 1, 1, 2]);
    const after = (await api.running('web', 6)).map(({ metadata }) => metadata?.uid).sort();
    expect(after).toEqual(before);
    expect(await metered()).toBe(1);
    expect(watch.seen).toEqual([]);
    expect(watch.isBroken()).toBe(false);
    // The next change arrives, so the watch was open during the migration.
    await api.deploy({ name: 'late', replicas: 1 });
    await api.running('late', 1);
    await eventually(() => watch.seen.length > 0);
    watch.stop();

    const { operation } = await kinds.graph<{ operation: { stages: { name: string; state: string }[] } }>(
      'query ($id: ID!) { operation(id: $id) { stages { name state } } }',
      { id: operationId },
    );
    expect(operation.stages).toEqual(
      ['PRECHECK', 'CONTROL_PLANE', 'SWITCH'].map((name) => ({ name, state: 'SUCCEEDED' })),
    );
    const events = await kinds.world.prisma.event.findMany({
      where: { operationId },
      orderBy: { sequence: 'asc' },
    });
    const eventTypes = events.map(({ type }) => type).filter((type) => !type.startsWith('OPERATION_'));
    expect(eventTypes).toEqual(['CLUSTER_MIGRATING', 'CLUSTER_MIGRATED', 'BILLING_STARTED']);
    expect(events.find(({ type }) => type === 'BILLING_STARTED')?.data).toMatchObject({ product: 'ACK_PRO' });
    expect(await kinds.world.platform.provider.controlPlane(id)).toMatchObject({
      state: 'RUNNING',
      edition: 'PRO',
    });

    // The simulated crashes left no inconsistent state.
    expect(reached).toEqual(expect.arrayContaining([...faultPoints.migration]));

    // The migration cannot be rolled back, and later changes use the quotas of Pro.
    const back = await kinds.mutate('updateCluster', 'UpdateClusterInput', { id, spec: 'STANDARD' });
    expect(back.userErrors).toEqual([{ code: 'IMMUTABLE_FIELD', path: ['input', 'spec'] }]);
    const pool = await kinds.world.prisma.nodePool.findFirstOrThrow({ where: { clusterId: id } });
    const scaled = await kinds.world.pools.scale(kinds.world.actor, { nodePoolId: pool.id, desiredSize: 3 });
    await succeeded(kinds.world, scaled.operation?.id ?? '');
    expect(await usageOf(id)).toEqual([0, 0, 0, 0, 1, 1, 1, 3]);
    await kinds.delete(id);
    expect(await usageOf(id)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('is cancelled by deleting the cluster, which releases its quota', async () => {
    const id = await standard('given-up', 1);
    let deletion: string | undefined;
    const operationId = await migrate(id, async () => {
      const { operation } = await kinds.mutate('deleteCluster', 'DeleteClusterInput', { id });
      deletion = operation?.id;
    });
    await succeeded(kinds.world, deletion ?? '');
    expect(await waitForOperation(kinds.world, operationId)).toMatchObject({ state: 'CANCELED' });
    expect(await usageOf(id)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('rolls back when the quota is exhausted concurrently', async () => {
    const id = await standard('too-late', 1);
    const operationId = await migrate(id, () => kinds.world.limit('ACK_PRO/clustersPerAccount', 0));
    expect(await waitForOperation(kinds.world, operationId)).toMatchObject({
      state: 'FAILED',
      error: { code: 'QUOTA_EXCEEDED' },
    });
    expect(await read(id)).toEqual({
      kind: 'STANDARD',
      state: 'RUNNING',
      product: 'ACK_STANDARD',
      spec: 'STANDARD',
    });
    expect(await usageOf(id)).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
    await kinds.world.limit('ACK_PRO/clustersPerAccount', 100);
    await kinds.delete(id);
  });
});
