import { describe, expect, test } from 'vitest';
import { NOON, OPENING, SATURDAYS, windowsOfFile } from './window-kit.js';

const windows = await windowsOfFile();

describe('upgrade in the maintenance window', () => {
  test('waits while the cluster runs, and starts when the window opens', async () => {
    const id = await windows.berlinWithWindow('waits');
    const { operation: begun, cluster, userErrors } = await windows.inWindow(id);
    expect(userErrors).toEqual([]);
    expect(cluster?.state).toBe('RUNNING');
    expect(await windows.operation(begun?.id)).toEqual({
      state: 'PENDING',
      scheduledFor: OPENING,
      error: null,
    });
    const jobs = await windows.prisma.$queryRaw<{ delay: number }[]>`
      SELECT extract(epoch FROM run_at - created_at)::float8 AS delay FROM graphile_worker.jobs
      WHERE key = ${`scheduled-change:${begun?.id}@later`}`;
    // The delay is relative to the platform's clock, which is in the past here.
    expect(jobs).toEqual([{ delay: (Date.parse(OPENING) - Date.parse(NOON)) / 1000 }]);
    windows.clock.time = new Date(Date.parse(OPENING) - 1);
    expect(await windows.reconcile(begun?.id)).toMatchObject({ kind: 'requeue' });
    expect(await windows.stateOf(id)).toBe('RUNNING');
    windows.clock.time = new Date(OPENING);
    expect(await windows.reconcile(begun?.id)).toEqual({ kind: 'done' });
    expect(await windows.prisma.cluster.findUniqueOrThrow({ where: { id } })).toMatchObject({
      state: 'UPGRADING',
      operationId: begun?.id,
    });
    const cancel = `mutation ($id: ID!) { cancelOperation(input: { id: $id }) { userErrors { code } } }`;
    expect((await windows.clusters.run(cancel, { id: begun?.id })).data).toEqual({
      // An upgrade can be cancelled until its control plane has the new version.
      cancelOperation: { userErrors: [] },
    });
  });

  test('is the default of upgradeCluster; only IMMEDIATE does not wait', async () => {
    const upgrade = (id: string, more = {}) =>
      windows.mutate('upgradeCluster', { id, version: '1.34', ...more });
    const waiting = await upgrade(await windows.berlinWithWindow('unsaid'));
    expect(await windows.operation(waiting.operation?.id)).toMatchObject({
      state: 'PENDING',
      scheduledFor: OPENING,
    });
    const now = await upgrade(await windows.berlinWithWindow('at-once'), { timing: 'IMMEDIATE' });
    expect([now.cluster?.state, await windows.operation(now.operation?.id)]).toMatchObject([
      'UPGRADING',
      { scheduledFor: null },
    ]);
    const without = await upgrade((await windows.berlin('without-a-window')).id);
    expect(without.cluster?.state).toBe('UPGRADING');
  });

  test('starts at once during the window', async () => {
    const id = await windows.berlinWithWindow('open');
    windows.clock.time = new Date(Date.parse(OPENING) + 3_600_000);
    const { cluster, operation: begun } = await windows.inWindow(id);
    expect(cluster?.state).toBe('UPGRADING');
    expect(await windows.operation(begun?.id)).toMatchObject({ scheduledFor: null });
  });

  test('waits for the next window if no engine ran during the last one', async () => {
    const id = await windows.berlinWithWindow('missed');
    const { operation: begun } = await windows.inWindow(id);
    windows.clock.time = new Date('2026-01-18T00:00:00Z');
    await windows.reconcile(begun?.id);
    expect(await windows.stateOf(id)).toBe('RUNNING');
    expect(await windows.operation(begun?.id)).toMatchObject({
      state: 'PENDING',
      scheduledFor: '2026-01-24T01:30:00.000Z',
    });
  });

  test('is rescheduled with the window, which cannot be disabled in the meantime', async () => {
    const id = await windows.berlinWithWindow('moves');
    const { operation: begun } = await windows.inWindow(id);
    await windows.mutate('setMaintenanceWindow', { clusterId: id, ...SATURDAYS, recurrence: 'FREQ=DAILY' });
    expect(await windows.operation(begun?.id)).toMatchObject({ scheduledFor: '2026-01-14T01:30:00.000Z' });
    const off = await windows.mutate('setMaintenanceWindow', { clusterId: id, ...SATURDAYS, enabled: false });
    expect(off.userErrors).toMatchObject([{ code: 'INVALID_STATE', path: ['input', 'enabled'] }]);
  });

  test('waits for a busy cluster until it runs, within the window', async () => {
    const id = await windows.berlinWithWindow('busy');
    const { operation: begun } = await windows.inWindow(id);
    await windows.prisma.cluster.update({ where: { id }, data: { state: 'SCALING' } });
    windows.clock.time = new Date(OPENING);
    expect(await windows.reconcile(begun?.id)).toMatchObject({ kind: 'requeue' });
    expect(await windows.operation(begun?.id)).toMatchObject({ state: 'PENDING' });
    await windows.prisma.cluster.update({ where: { id }, data: { state: 'RUNNING' } });
    await windows.reconcile(begun?.id);
    expect(await windows.stateOf(id)).toBe('UPGRADING');
  });

  test('can be cancelled while it waits; a second request is rejected', async () => {
    const id = await windows.berlinWithWindow('cancelled');
    const { operation: begun } = await windows.inWindow(id);
    for (const timing of ['IMMEDIATE', 'MAINTENANCE_WINDOW']) {
      const second = await windows.mutate('upgradeCluster', { id, version: '1.34', timing });
      expect(second.userErrors).toMatchObject([{ code: 'INVALID_STATE', path: ['input', 'id'] }]);
    }
    await windows.clusters.run(
      'mutation ($id: ID!) { cancelOperation(input: { id: $id }) { operation { id } } }',
      {
        id: begun?.id,
      },
    );
    await windows.reconcile(begun?.id);
    expect(await windows.operation(begun?.id)).toMatchObject({
      state: 'CANCELED',
      error: { code: 'OPERATION_CANCELED' },
    });
    expect(await windows.stateOf(id)).toBe('RUNNING');
    expect((await windows.inWindow(id)).userErrors).toEqual([]);
  });

  test('fails if a check blocks it when the window opens', async () => {
    const id = await windows.berlinWithWindow('blocked');
    const { operation: blocked } = await windows.inWindow(id);
    await windows.prisma.node.create({
      data: {
        ...{
          id: 'node_sick',
          account: 'acme',
          clusterId: id,
          name: 'sick',
          state: 'running',
          status: 'NotReady',
        },
        ...{ zoneId: 'cn-hangzhou-b', instanceType: 'ecs.g7.xlarge', vcpus: 4, version: '1.32.6' },
        createdAt: new Date(NOON),
      },
    });
    windows.clock.time = new Date(OPENING);
    await windows.reconcile(blocked?.id);
    expect(await windows.operation(blocked?.id)).toMatchObject({
      state: 'FAILED',
      error: { code: 'UPGRADE_BLOCKED' },
    });
    expect(await windows.stateOf(id)).toBe('RUNNING');
  });

  test('fails if the version is no longer available, or the cluster has failed', async () => {
    const id = await windows.berlinWithWindow('overtaken');
    const { operation: overtaken } = await windows.inWindow(id);
    await windows.prisma.cluster.update({ where: { id }, data: { version: '1.34.3' } });
    windows.clock.time = new Date(OPENING);
    await windows.reconcile(overtaken?.id);
    expect(await windows.operation(overtaken?.id)).toMatchObject({
      state: 'FAILED',
      error: { code: 'UPGRADE_NOT_ALLOWED' },
    });
    windows.clock.time = new Date(NOON);
    const other = await windows.berlinWithWindow('failed');
    const { operation: lost } = await windows.inWindow(other);
    await windows.prisma.cluster.update({ where: { id: other }, data: { state: 'FAILED' } });
    windows.clock.time = new Date(OPENING);
    await windows.reconcile(lost?.id);
    expect(await windows.operation(lost?.id)).toMatchObject({
      state: 'FAILED',
      error: { code: 'INVALID_STATE' },
    });
  });

  test('ends with the deletion of its cluster', async () => {
    const id = await windows.berlinWithWindow('deleted');
    const { operation: begun } = await windows.inWindow(id);
    await windows.mutate('deleteCluster', { id });
    expect(await windows.operation(begun?.id)).toMatchObject({ state: 'CANCELED' });
    windows.clock.time = new Date(OPENING);
    expect(await windows.reconcile(begun?.id)).toEqual({ kind: 'done' });
  });

  test('is rejected without an enabled window', async () => {
    const { id } = await windows.berlin('windowless');
    expect((await windows.inWindow(id)).userErrors).toMatchObject([
      { code: 'INVALID_STATE', path: ['input', 'timing'] },
    ]);
  });
});
