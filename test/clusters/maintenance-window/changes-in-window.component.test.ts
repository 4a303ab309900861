import { describe, expect, test } from 'vitest';
import { type PayloadView } from '../requests.js';
import { NOON, OPENING, SATURDAYS, windowsOfFile } from './window-kit.js';

const windows = await windowsOfFile();

const WORKERS = { nodePools: [{ name: 'w', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 1 }] };
const LARGE = 'ecs.g7.2xlarge';
const scale = (id: string, more = {}) =>
  windows.mutate('scaleClusterVertically', { id, instanceTypes: [LARGE], ...more });
const cancel = (id: string | undefined) =>
  windows.clusters.run(
    'mutation ($id: ID!) { cancelOperation(input: { id: $id }) { userErrors { code } } }',
    { id },
  );

describe('vertical scaling in the maintenance window', () => {
  test('waits while the cluster runs, and starts in the window with the current sizes', async () => {
    const id = await windows.berlinWithWindow('scaling-waits', WORKERS);
    const { operation: begun, cluster, userErrors } = await scale(id);
    expect([userErrors, cluster?.state]).toEqual([[], 'RUNNING']);
    expect(await windows.operation(begun?.id)).toEqual({
      state: 'PENDING',
      scheduledFor: OPENING,
      error: null,
    });
    const pool = await windows.prisma.nodePool.findFirstOrThrow({ where: { clusterId: id } });
    await windows.prisma.nodePool.update({
      where: { id: pool.id },
      data: { desiredSize: pool.desiredSize + 2 },
    });
    windows.clock.time = new Date(OPENING);
    expect(await windows.reconcile(begun?.id)).toEqual({ kind: 'done' });
    expect(await windows.prisma.cluster.findUniqueOrThrow({ where: { id } })).toMatchObject({
      state: 'UPDATING',
      operationId: begun?.id,
    });
    expect(
      await windows.prisma.operation.findUniqueOrThrow({ where: { id: begun?.id ?? '' } }),
    ).toMatchObject({
      input: { instanceTypes: [LARGE], pools: [{ id: pool.id, baseSize: pool.desiredSize + 2 }] },
      cancelable: false,
      pausable: false,
    });
  });

  test('starts at once with IMMEDIATE, during the window, or without a window', async () => {
    const now = await scale(await windows.berlinWithWindow('scaling-now', WORKERS), { timing: 'IMMEDIATE' });
    expect(now.cluster?.state).toBe('UPDATING');
    const { id } = await windows.berlin('scaling-windowless', WORKERS);
    expect((await scale(id, { timing: 'MAINTENANCE_WINDOW' })).userErrors).toMatchObject([
      { code: 'INVALID_STATE', path: ['input', 'timing'] },
    ]);
    expect((await scale(id)).cluster?.state).toBe('UPDATING');
    const open = await windows.berlinWithWindow('scaling-open', WORKERS);
    windows.clock.time = new Date(OPENING);
    const begun = await scale(open);
    expect(begun.cluster?.state).toBe('UPDATING');
    expect(await windows.operation(begun.operation?.id)).toMatchObject({ scheduledFor: null });
  });

  test('can be cancelled while it waits; a second request is rejected', async () => {
    const id = await windows.berlinWithWindow('scaling-cancelled', WORKERS);
    const { operation: begun } = await scale(id);
    expect((await scale(id)).userErrors).toMatchObject([{ code: 'INVALID_STATE', path: ['input', 'id'] }]);
    await cancel(begun?.id);
    await windows.reconcile(begun?.id);
    expect(await windows.operation(begun?.id)).toMatchObject({ state: 'CANCELED' });
    expect(await windows.stateOf(id)).toBe('RUNNING');
    expect((await scale(id)).userErrors).toEqual([]);
  });

  test('waits with an upgrade, is rescheduled with it, and starts after it', async () => {
    const id = await windows.berlinWithWindow('scaling-parallel', WORKERS);
    const [upgrade, scaling] = [(await windows.inWindow(id)).operation, (await scale(id)).operation];
    await windows.mutate('setMaintenanceWindow', { clusterId: id, ...SATURDAYS, recurrence: 'FREQ=DAILY' });
    const tomorrow = '2026-01-14T01:30:00.000Z';
    for (const change of [upgrade, scaling])
      expect(await windows.operation(change?.id)).toMatchObject({ scheduledFor: tomorrow });
    windows.clock.time = new Date(tomorrow);
    await windows.reconcile(upgrade?.id);
    expect(await windows.stateOf(id)).toBe('UPGRADING');
    expect(await windows.reconcile(scaling?.id)).toMatchObject({ kind: 'requeue' });
    expect(await windows.operation(scaling?.id)).toMatchObject({ state: 'PENDING' });
    await windows.prisma.cluster.update({ where: { id }, data: { state: 'RUNNING' } });
    await windows.reconcile(scaling?.id);
    expect(await windows.stateOf(id)).toBe('UPDATING');
  });
});

describe('component change in the maintenance window', () => {
  /** Inserts a component in its oldest version, as the engine would have installed it. */
  async function component(clusterId: string, name: string, version: string) {
    const id = `component_${clusterId}_${name}`;
    await windows.prisma.component.deleteMany({ where: { clusterId, name } });
    const request = { id, account: 'acme', clusterId, name, version, parameters: {} };
    await windows.prisma.component.create({
      data: { ...request, state: 'ACTIVE', observedGeneration: 1, createdAt: new Date(NOON) },
    });
    return id;
  }
  const componentOf = (id: string) => windows.prisma.component.findUniqueOrThrow({ where: { id } });
  const upgrade = async (id: string, more = {}) => {
    const query = `mutation ($input: UpgradeComponentInput!) { payload: upgradeComponent(input: $input) {
      component { state } operation { id } userErrors { code path } } }`;
    type MutationData = { payload: PayloadView & { component: { state: string } | null } };
    return (await windows.clusters.run<MutationData>(query, { input: { id, ...more } })).data.payload;
  };

  test.each([
    ['coredns', 'v1.9.3'],
    ['nginx-ingress-controller', 'v1.9.3-aliyun.1'],
  ])('waits for %s, on which workloads depend, and starts in the window', async (name, oldest) => {
    const clusterId = await windows.berlinWithWindow(`component-${name}`);
    const id = await component(clusterId, name, oldest);
    const { operation: begun, component: before, userErrors } = await upgrade(id);
    expect([userErrors, before?.state]).toEqual([[], 'ACTIVE']);
    expect(await windows.operation(begun?.id)).toEqual({
      state: 'PENDING',
      scheduledFor: OPENING,
      error: null,
    });
    expect((await upgrade(id, { timing: 'IMMEDIATE' })).userErrors).toMatchObject([
      { code: 'INVALID_STATE' },
    ]);
    windows.clock.time = new Date(OPENING);
    await windows.prisma.component.update({ where: { id }, data: { state: 'UPDATING' } });
    expect(await windows.reconcile(begun?.id)).toMatchObject({ kind: 'requeue' });
    await windows.prisma.component.update({ where: { id }, data: { state: 'ACTIVE' } });
    expect(await windows.reconcile(begun?.id)).toEqual({ kind: 'done' });
    const after = await componentOf(id);
    expect(after).toMatchObject({ state: 'UPGRADING', generation: 2, operationId: begun?.id });
    expect(after.version).not.toBe(oldest);
  });

  test('of a component without effect on workloads starts at once unless MAINTENANCE_WINDOW is requested', async () => {
    const clusterId = await windows.berlinWithWindow('component-unnoticed');
    const quiet = await component(clusterId, 'cluster-autoscaler', 'v1.26.2');
    expect((await upgrade(quiet)).component?.state).toBe('UPGRADING');
    const componentId = await component(clusterId, 'externaldns', 'v0.13.5');
    const { operation: begun } = await upgrade(componentId, { timing: 'MAINTENANCE_WINDOW' });
    expect(await windows.operation(begun?.id)).toMatchObject({ scheduledFor: OPENING });
    await cancel(begun?.id);
    await windows.reconcile(begun?.id);
    expect(await windows.operation(begun?.id)).toMatchObject({ state: 'CANCELED' });
    expect((await upgrade(componentId, { timing: 'IMMEDIATE' })).component?.state).toBe('UPGRADING');
  });

  test('fails if the component was upgraded or uninstalled in the meantime', async () => {
    const clusterId = await windows.berlinWithWindow('component-overtaken');
    const id = await component(clusterId, 'coredns', 'v1.9.3');
    const { operation: overtaken } = await upgrade(id);
    const { input } = await windows.prisma.operation.findUniqueOrThrow({
      where: { id: overtaken?.id ?? '' },
    });
    const { version } = input as { version: string };
    await windows.prisma.component.update({ where: { id }, data: { version } });
    windows.clock.time = new Date(OPENING);
    await windows.reconcile(overtaken?.id);
    expect(await windows.operation(overtaken?.id)).toMatchObject({ error: { code: 'UPGRADE_NOT_ALLOWED' } });
    windows.clock.time = new Date(NOON);
    const removedId = await component(clusterId, 'nginx-ingress-controller', 'v1.9.3-aliyun.1');
    const { operation: lost } = await upgrade(removedId);
    await windows.prisma.component.delete({ where: { id: removedId } });
    windows.clock.time = new Date(OPENING);
    await windows.reconcile(lost?.id);
    expect(await windows.operation(lost?.id)).toMatchObject({
      state: 'FAILED',
      error: { code: 'NOT_FOUND' },
    });
  });

  test.each([
    ['CONFIGURE', 'coredns', { replicas: 3 }, 'UPDATING'],
    ['RESTORE', 'coredns', undefined, 'UPDATING'],
    ['CONFIGURE', 'nginx-ingress-controller', { replicas: 3 }, 'UPDATING'],
    ['UNINSTALL', 'nginx-ingress-controller', undefined, 'UNINSTALLING'],
  ])('applies to %s of %s, too, unless IMMEDIATE is requested', async (action, name, parameters, state) => {
    const clusterId = await windows.berlinWithWindow(`window-${action.toLowerCase()}-${name}`);
    const id = await component(clusterId, name, 'v1.9.3');
    const ask = async (timing?: string) => {
      const mutation = `${action.toLowerCase()}Component`;
      const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input!`;
      const query = `mutation ($input: ${type}) { payload: ${mutation}(input: $input) {
        component { state } operation { id } userErrors { code path } } }`;
      type MutationData = { payload: PayloadView & { component: { state: string } | null } };
      const input = { id, ...(parameters && { parameters }), ...(timing && { timing }) };
      return (await windows.clusters.run<MutationData>(query, { input })).data.payload;
    };
    const waiting = await ask();
    expect([waiting.userErrors, waiting.component?.state]).toEqual([[], 'ACTIVE']);
    expect(await windows.operation(waiting.operation?.id)).toMatchObject({
      state: 'PENDING',
      scheduledFor: OPENING,
    });
    expect((await ask('IMMEDIATE')).userErrors).toMatchObject([{ code: 'INVALID_STATE' }]);
    // Values that were changed before the window stay: the operation changes only the requested ones.
    await windows.prisma.component.update({ where: { id }, data: { parameters: { cpuRequest: '200m' } } });
    windows.clock.time = new Date(OPENING);
    expect(await windows.reconcile(waiting.operation?.id)).toEqual({ kind: 'done' });
    expect(await componentOf(id)).toMatchObject({
      state,
      generation: 2,
      operationId: waiting.operation?.id,
      parameters: { cpuRequest: '200m', ...parameters },
    });
    windows.clock.time = new Date(NOON);
    await windows.prisma.component.update({ where: { id }, data: { state: 'ACTIVE' } });
    const now = await ask('IMMEDIATE');
    expect(now.component?.state).toBe(state);
    expect(await windows.operation(now.operation?.id)).toMatchObject({ scheduledFor: null });
  });
});
