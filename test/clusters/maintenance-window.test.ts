import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { noFaults } from '../../engine/contract.js';
import { createScheduledChangeReconciler } from '../../subgraphs/clusters/maintenance-window/scheduled-change.reconciler.js';
import { scheduledChanges } from '../../subgraphs/clusters/maintenance-window/scheduled-changes.js';
import { type ClustersKit, openClusters } from './kit.js';
import { runningCluster } from './living-cluster.js';
import { clusterMutation, type ClusterView, type PayloadView } from './requests.js';

/** A Tuesday noon in Berlin, in winter. */
const NOON = '2026-01-13T11:00:00.000Z';
const OPENING = '2026-01-17T01:30:00.000Z';
const clock = { time: new Date(NOON), now: () => clock.time };
let clusters: ClustersKit;
beforeAll(async () => {
  clusters = await openClusters({ clock });
});
beforeEach(() => {
  clock.time = new Date(NOON);
});
afterAll(() => clusters[Symbol.asyncDispose]());

const prisma = () => clusters.platform.database.prisma;
type Payload = PayloadView & { readonly cluster: ClusterView | null };
const mutate = async (name: string, input: Record<string, unknown>) => {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  return (await clusters.run<{ payload: Payload }>(clusterMutation(name, type), { input })).data.payload;
};
const SATURDAYS = { recurrence: 'FREQ=WEEKLY;BYDAY=SA', startTime: '02:30', durationHours: 4 };
const WORKERS = { nodePools: [{ name: 'w', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 1 }] };
const berlin = (name: string, more = {}) =>
  runningCluster(clusters, 'acme', { name, version: '1.32.6', timeZone: 'Europe/Berlin', ...more });
async function berlinWithWindow(name: string, more = {}) {
  const { id } = await berlin(name, more);
  expect((await mutate('setMaintenanceWindow', { clusterId: id, ...SATURDAYS })).userErrors).toEqual([]);
  return id;
}
const inWindow = (id: string) => mutate('upgradeCluster', { id, version: '1.34', when: 'IN_WINDOW' });

interface OperationNow {
  readonly operation: {
    readonly state: string;
    readonly scheduledFor: string | null;
    readonly error: { readonly code: string } | null;
  };
}
const operation = async (id: string | undefined) => {
  const query = 'query ($id: ID!) { operation(id: $id) { state scheduledFor error { code } } }';
  return (await clusters.run<OperationNow>(query, { id })).data.operation;
};
const stateOf = async (id: string) => (await prisma().cluster.findUniqueOrThrow({ where: { id } })).state;
/** What the engine does when the job's time has come. */
const reconcile = (id: string | undefined) =>
  createScheduledChangeReconciler(scheduledChanges(clusters.platform)).reconcile(id ?? '', {
    database: prisma(),
    clock,
    log: clusters.platform.log,
    faults: noFaults,
    signal: new AbortController().signal,
  });

describe('a maintenance window', () => {
  test('opens in the cluster’s time zone, summer and winter', async () => {
    const id = await berlinWithWindow('zoned');
    const query = `query ($id: ID!) { cluster(id: $id) { maintenanceWindow {
      recurrence startDate startTime durationHours enabled timeZone { id } next { opensAt closesAt }
      summer: next(at: "2026-07-01T00:00:00Z") { opensAt closesAt }
      before: openAt(at: "2026-01-17T01:29:59Z") in: openAt(at: "2026-01-17T05:29:59Z") after: openAt(at: "2026-01-17T05:30:00Z") } } }`;
    expect((await clusters.run(query, { id })).data).toEqual({
      cluster: {
        maintenanceWindow: {
          ...SATURDAYS,
          startDate: '2026-01-13',
          enabled: true,
          timeZone: { id: 'Europe/Berlin' },
          next: { opensAt: OPENING, closesAt: '2026-01-17T05:30:00.000Z' },
          summer: { opensAt: '2026-07-04T00:30:00.000Z', closesAt: '2026-07-04T04:30:00.000Z' },
          before: false,
          in: true,
          after: false,
        },
      },
    });
  });

  test('that was never set is null; one that is off never opens; a time far away is refused', async () => {
    const { id } = await berlin('off');
    const query =
      'query ($id: ID!, $at: DateTime) { cluster(id: $id) { maintenanceWindow { next { opensAt } openAt(at: $at) } } }';
    expect((await clusters.run(query, { id })).data).toEqual({ cluster: { maintenanceWindow: null } });
    await mutate('setMaintenanceWindow', { clusterId: id, ...SATURDAYS, enabled: false });
    expect((await clusters.run(query, { id, at: OPENING })).data).toEqual({
      cluster: { maintenanceWindow: { next: null, openAt: false } },
    });
    await mutate('setMaintenanceWindow', { clusterId: id, ...SATURDAYS });
    expect((await clusters.run(query, { id, at: OPENING })).data).toMatchObject({
      cluster: { maintenanceWindow: { openAt: true } },
    });
    const far = await clusters.run(query, { id, at: '9999-01-01T00:00:00Z' });
    expect(far.errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
  });

  test.each([
    [{ recurrence: 'FREQ=HOURLY' }, 'recurrence'],
    [{ recurrence: 'FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30' }, 'recurrence'],
    [{ startTime: '24:00' }, 'startTime'],
    [{ startTime: '2:30' }, 'startTime'],
    [{ durationHours: 0 }, 'durationHours'],
    [{ durationHours: 25 }, 'durationHours'],
  ])('with %j is refused', async (wrong, field) => {
    const { id } = await berlin(`refused-${field}-${Object.values(wrong).join('').replace(/\W/g, '-')}`);
    const { cluster, userErrors } = await mutate('setMaintenanceWindow', {
      clusterId: id,
      ...SATURDAYS,
      ...wrong,
    });
    expect(cluster).toBeNull();
    expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT', path: ['input', field] }]);
  });
});

describe('an upgrade in the window', () => {
  test('waits with the cluster running, and begins when the window opens', async () => {
    const id = await berlinWithWindow('waits');
    const { operation: begun, cluster, userErrors } = await inWindow(id);
    expect(userErrors).toEqual([]);
    expect(cluster?.state).toBe('RUNNING');
    expect(await operation(begun?.id)).toEqual({ state: 'PENDING', scheduledFor: OPENING, error: null });
    const jobs = await prisma().$queryRaw<unknown[]>`
      SELECT key FROM graphile_worker._private_jobs WHERE key = ${`scheduled-change:${begun?.id}@later`}`;
    expect(jobs).toHaveLength(1);
    clock.time = new Date(Date.parse(OPENING) - 1);
    expect(await reconcile(begun?.id)).toMatchObject({ kind: 'requeue' });
    expect(await stateOf(id)).toBe('RUNNING');
    clock.time = new Date(OPENING);
    expect(await reconcile(begun?.id)).toEqual({ kind: 'done' });
    expect(await prisma().cluster.findUniqueOrThrow({ where: { id } })).toMatchObject({
      state: 'UPGRADING',
      operationId: begun?.id,
    });
    const cancel = `mutation ($id: ID!) { cancelOperation(input: { id: $id }) { userErrors { code } } }`;
    expect((await clusters.run(cancel, { id: begun?.id })).data).toEqual({
      // Until its control plane has the new version an upgrade can be cancelled.
      cancelOperation: { userErrors: [] },
    });
  });

  test('is where an upgrade goes that does not say when; only NOW does not wait', async () => {
    const upgrade = (id: string, more = {}) => mutate('upgradeCluster', { id, version: '1.34', ...more });
    const waiting = await upgrade(await berlinWithWindow('unsaid'));
    expect(await operation(waiting.operation?.id)).toMatchObject({ state: 'PENDING', scheduledFor: OPENING });
    const now = await upgrade(await berlinWithWindow('at-once'), { when: 'NOW' });
    expect([now.cluster?.state, await operation(now.operation?.id)]).toMatchObject([
      'UPGRADING',
      { scheduledFor: null },
    ]);
    const without = await upgrade((await berlin('without-a-window')).id);
    expect(without.cluster?.state).toBe('UPGRADING');
  });

  test('begins at once while the window is open', async () => {
    const id = await berlinWithWindow('open');
    clock.time = new Date(Date.parse(OPENING) + 3_600_000);
    const { cluster, operation: begun } = await inWindow(id);
    expect(cluster?.state).toBe('UPGRADING');
    expect(await operation(begun?.id)).toMatchObject({ scheduledFor: null });
  });

  test('waits for the next opening when nobody looked while the window was open', async () => {
    const id = await berlinWithWindow('missed');
    const { operation: begun } = await inWindow(id);
    clock.time = new Date('2026-01-18T00:00:00Z');
    await reconcile(begun?.id);
    expect(await stateOf(id)).toBe('RUNNING');
    expect(await operation(begun?.id)).toMatchObject({
      state: 'PENDING',
      scheduledFor: '2026-01-24T01:30:00.000Z',
    });
  });

  test('moves with the window, which cannot be turned off meanwhile', async () => {
    const id = await berlinWithWindow('moves');
    const { operation: begun } = await inWindow(id);
    await mutate('setMaintenanceWindow', { clusterId: id, ...SATURDAYS, recurrence: 'FREQ=DAILY' });
    expect(await operation(begun?.id)).toMatchObject({ scheduledFor: '2026-01-14T01:30:00.000Z' });
    const off = await mutate('setMaintenanceWindow', { clusterId: id, ...SATURDAYS, enabled: false });
    expect(off.userErrors).toMatchObject([{ code: 'INVALID_STATE', path: ['input', 'enabled'] }]);
  });

  test('waits until a busy cluster runs again, as long as the window is open', async () => {
    const id = await berlinWithWindow('busy');
    const { operation: begun } = await inWindow(id);
    await prisma().cluster.update({ where: { id }, data: { state: 'SCALING' } });
    clock.time = new Date(OPENING);
    expect(await reconcile(begun?.id)).toMatchObject({ kind: 'requeue' });
    expect(await operation(begun?.id)).toMatchObject({ state: 'PENDING' });
    await prisma().cluster.update({ where: { id }, data: { state: 'RUNNING' } });
    await reconcile(begun?.id);
    expect(await stateOf(id)).toBe('UPGRADING');
  });

  test('can be cancelled while it waits; only one waits at a time', async () => {
    const id = await berlinWithWindow('cancelled');
    const { operation: begun } = await inWindow(id);
    for (const when of ['NOW', 'IN_WINDOW']) {
      const second = await mutate('upgradeCluster', { id, version: '1.34', when });
      expect(second.userErrors).toMatchObject([{ code: 'INVALID_STATE', path: ['input', 'id'] }]);
    }
    await clusters.run('mutation ($id: ID!) { cancelOperation(input: { id: $id }) { operation { id } } }', {
      id: begun?.id,
    });
    await reconcile(begun?.id);
    expect(await operation(begun?.id)).toMatchObject({
      state: 'CANCELED',
      error: { code: 'OPERATION_CANCELED' },
    });
    expect(await stateOf(id)).toBe('RUNNING');
    expect((await inWindow(id)).userErrors).toEqual([]);
  });

  test('fails when something stands in its way by then', async () => {
    const id = await berlinWithWindow('blocked');
    const { operation: blocked } = await inWindow(id);
    await prisma().node.create({
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
    clock.time = new Date(OPENING);
    await reconcile(blocked?.id);
    expect(await operation(blocked?.id)).toMatchObject({
      state: 'FAILED',
      error: { code: 'UPGRADE_BLOCKED' },
    });
    expect(await stateOf(id)).toBe('RUNNING');
  });

  test('fails when the version cannot be had any more, or the cluster has failed', async () => {
    const id = await berlinWithWindow('overtaken');
    const { operation: overtaken } = await inWindow(id);
    await prisma().cluster.update({ where: { id }, data: { version: '1.34.3' } });
    clock.time = new Date(OPENING);
    await reconcile(overtaken?.id);
    expect(await operation(overtaken?.id)).toMatchObject({
      state: 'FAILED',
      error: { code: 'UPGRADE_NOT_ALLOWED' },
    });
    clock.time = new Date(NOON);
    const other = await berlinWithWindow('failed');
    const { operation: lost } = await inWindow(other);
    await prisma().cluster.update({ where: { id: other }, data: { state: 'FAILED' } });
    clock.time = new Date(OPENING);
    await reconcile(lost?.id);
    expect(await operation(lost?.id)).toMatchObject({ state: 'FAILED', error: { code: 'INVALID_STATE' } });
  });

  test('ends with its cluster', async () => {
    const id = await berlinWithWindow('deleted');
    const { operation: begun } = await inWindow(id);
    await mutate('deleteCluster', { id });
    expect(await operation(begun?.id)).toMatchObject({ state: 'CANCELED' });
    clock.time = new Date(OPENING);
    expect(await reconcile(begun?.id)).toEqual({ kind: 'done' });
  });

  test('without a window in use is refused', async () => {
    const { id } = await berlin('windowless');
    expect((await inWindow(id)).userErrors).toMatchObject([
      { code: 'INVALID_STATE', path: ['input', 'when'] },
    ]);
  });
});

const LARGE = 'ecs.g7.2xlarge';
const scale = (id: string, more = {}) =>
  mutate('scaleClusterVertically', { id, instanceTypes: [LARGE], ...more });
const cancel = (id: string | undefined) =>
  clusters.run('mutation ($id: ID!) { cancelOperation(input: { id: $id }) { userErrors { code } } }', { id });

describe('a vertical scaling in the window', () => {
  test('waits with the cluster running, and begins when the window opens with the sizes of then', async () => {
    const id = await berlinWithWindow('scaling-waits', WORKERS);
    const { operation: begun, cluster, userErrors } = await scale(id);
    expect([userErrors, cluster?.state]).toEqual([[], 'RUNNING']);
    expect(await operation(begun?.id)).toEqual({ state: 'PENDING', scheduledFor: OPENING, error: null });
    const pool = await prisma().nodePool.findFirstOrThrow({ where: { clusterId: id } });
    await prisma().nodePool.update({ where: { id: pool.id }, data: { desiredSize: pool.desiredSize + 2 } });
    clock.time = new Date(OPENING);
    expect(await reconcile(begun?.id)).toEqual({ kind: 'done' });
    expect(await prisma().cluster.findUniqueOrThrow({ where: { id } })).toMatchObject({
      state: 'UPDATING',
      operationId: begun?.id,
    });
    expect(await prisma().operation.findUniqueOrThrow({ where: { id: begun?.id ?? '' } })).toMatchObject({
      input: { instanceTypes: [LARGE], pools: [{ id: pool.id, baseSize: pool.desiredSize + 2 }] },
      cancelable: false,
      pausable: false,
    });
  });

  test('does not wait when told so, in a window that is open, or without one', async () => {
    const now = await scale(await berlinWithWindow('scaling-now', WORKERS), { when: 'NOW' });
    expect(now.cluster?.state).toBe('UPDATING');
    const { id } = await berlin('scaling-windowless', WORKERS);
    expect((await scale(id, { when: 'IN_WINDOW' })).userErrors).toMatchObject([
      { code: 'INVALID_STATE', path: ['input', 'when'] },
    ]);
    expect((await scale(id)).cluster?.state).toBe('UPDATING');
    const open = await berlinWithWindow('scaling-open', WORKERS);
    clock.time = new Date(OPENING);
    const begun = await scale(open);
    expect(begun.cluster?.state).toBe('UPDATING');
    expect(await operation(begun.operation?.id)).toMatchObject({ scheduledFor: null });
  });

  test('can be cancelled while it waits; only one waits at a time', async () => {
    const id = await berlinWithWindow('scaling-cancelled', WORKERS);
    const { operation: begun } = await scale(id);
    expect((await scale(id)).userErrors).toMatchObject([{ code: 'INVALID_STATE', path: ['input', 'id'] }]);
    await cancel(begun?.id);
    await reconcile(begun?.id);
    expect(await operation(begun?.id)).toMatchObject({ state: 'CANCELED' });
    expect(await stateOf(id)).toBe('RUNNING');
    expect((await scale(id)).userErrors).toEqual([]);
  });

  test('waits beside an upgrade, moves with it, and begins after it', async () => {
    const id = await berlinWithWindow('scaling-beside', WORKERS);
    const [upgrade, scaling] = [(await inWindow(id)).operation, (await scale(id)).operation];
    await mutate('setMaintenanceWindow', { clusterId: id, ...SATURDAYS, recurrence: 'FREQ=DAILY' });
    const tomorrow = '2026-01-14T01:30:00.000Z';
    for (const one of [upgrade, scaling])
      expect(await operation(one?.id)).toMatchObject({ scheduledFor: tomorrow });
    clock.time = new Date(tomorrow);
    await reconcile(upgrade?.id);
    expect(await stateOf(id)).toBe('UPGRADING');
    expect(await reconcile(scaling?.id)).toMatchObject({ kind: 'requeue' });
    expect(await operation(scaling?.id)).toMatchObject({ state: 'PENDING' });
    await prisma().cluster.update({ where: { id }, data: { state: 'RUNNING' } });
    await reconcile(scaling?.id);
    expect(await stateOf(id)).toBe('UPDATING');
  });
});

describe('a change of a component in the window', () => {
  /** A component in its oldest version, as the engine would have left it. */
  async function component(clusterId: string, name: string, version: string) {
    const id = `component_${clusterId}_${name}`;
    await prisma().component.deleteMany({ where: { clusterId, name } });
    const wish = { id, account: 'acme', clusterId, name, version, parameters: {} };
    await prisma().component.create({
      data: { ...wish, state: 'ACTIVE', settledGeneration: 1, createdAt: new Date(NOON) },
    });
    return id;
  }
  const componentOf = (id: string) => prisma().component.findUniqueOrThrow({ where: { id } });
  const upgrade = async (id: string, more = {}) => {
    const query = `mutation ($input: UpgradeComponentInput!) { payload: upgradeComponent(input: $input) {
      component { state } operation { id } userErrors { code path } } }`;
    type Answer = { payload: PayloadView & { component: { state: string } | null } };
    return (await clusters.run<Answer>(query, { input: { id, ...more } })).data.payload;
  };

  test.each([
    ['coredns', 'v1.9.3'],
    ['nginx-ingress-controller', 'v1.9.3-aliyun.1'],
  ])('waits for %s, which workloads depend on, and begins when the window opens', async (name, oldest) => {
    const clusterId = await berlinWithWindow(`component-${name}`);
    const id = await component(clusterId, name, oldest);
    const { operation: begun, component: before, userErrors } = await upgrade(id);
    expect([userErrors, before?.state]).toEqual([[], 'ACTIVE']);
    expect(await operation(begun?.id)).toEqual({ state: 'PENDING', scheduledFor: OPENING, error: null });
    expect((await upgrade(id, { when: 'NOW' })).userErrors).toMatchObject([{ code: 'INVALID_STATE' }]);
    clock.time = new Date(OPENING);
    await prisma().component.update({ where: { id }, data: { state: 'UPDATING' } });
    expect(await reconcile(begun?.id)).toMatchObject({ kind: 'requeue' });
    await prisma().component.update({ where: { id }, data: { state: 'ACTIVE' } });
    expect(await reconcile(begun?.id)).toEqual({ kind: 'done' });
    const after = await componentOf(id);
    expect(after).toMatchObject({ state: 'UPGRADING', generation: 2, operationId: begun?.id });
    expect(after.version).not.toBe(oldest);
  });

  test('does not wait for one that workloads do not notice, unless it is told to', async () => {
    const clusterId = await berlinWithWindow('component-unnoticed');
    const quiet = await component(clusterId, 'cluster-autoscaler', 'v1.0.3');
    expect((await upgrade(quiet)).component?.state).toBe('UPGRADING');
    const told = await component(clusterId, 'externaldns', 'v1.0.3');
    const { operation: begun } = await upgrade(told, { when: 'IN_WINDOW' });
    expect(await operation(begun?.id)).toMatchObject({ scheduledFor: OPENING });
    await cancel(begun?.id);
    await reconcile(begun?.id);
    expect(await operation(begun?.id)).toMatchObject({ state: 'CANCELED' });
    expect((await upgrade(told, { when: 'NOW' })).component?.state).toBe('UPGRADING');
  });

  test('fails when the component was upgraded or taken out meanwhile', async () => {
    const clusterId = await berlinWithWindow('component-overtaken');
    const id = await component(clusterId, 'coredns', 'v1.9.3');
    const { operation: overtaken } = await upgrade(id);
    const { input } = await prisma().operation.findUniqueOrThrow({ where: { id: overtaken?.id ?? '' } });
    const { version } = input as { version: string };
    await prisma().component.update({ where: { id }, data: { version } });
    clock.time = new Date(OPENING);
    await reconcile(overtaken?.id);
    expect(await operation(overtaken?.id)).toMatchObject({ error: { code: 'UPGRADE_NOT_ALLOWED' } });
    clock.time = new Date(NOON);
    const gone = await component(clusterId, 'nginx-ingress-controller', 'v1.9.3-aliyun.1');
    const { operation: lost } = await upgrade(gone);
    await prisma().component.delete({ where: { id: gone } });
    clock.time = new Date(OPENING);
    await reconcile(lost?.id);
    expect(await operation(lost?.id)).toMatchObject({ state: 'FAILED', error: { code: 'NOT_FOUND' } });
  });

  test.each([
    ['CONFIGURE', 'coredns', { replicas: 3 }, 'UPDATING'],
    ['RESTORE', 'coredns', undefined, 'UPDATING'],
    ['CONFIGURE', 'nginx-ingress-controller', { replicas: 3 }, 'UPDATING'],
    ['UNINSTALL', 'nginx-ingress-controller', undefined, 'UNINSTALLING'],
  ])('is what %s of %s waits for, too, unless it is told not to', async (action, name, parameters, state) => {
    const clusterId = await berlinWithWindow(`window-${action.toLowerCase()}-${name}`);
    const id = await component(clusterId, name, 'v1.9.3');
    const ask = async (when?: string) => {
      const mutation = `${action.toLowerCase()}Component`;
      const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input!`;
      const query = `mutation ($input: ${type}) { payload: ${mutation}(input: $input) {
        component { state } operation { id } userErrors { code path } } }`;
      type Answer = { payload: PayloadView & { component: { state: string } | null } };
      const input = { id, ...(parameters && { parameters }), ...(when && { when }) };
      return (await clusters.run<Answer>(query, { input })).data.payload;
    };
    const waiting = await ask();
    expect([waiting.userErrors, waiting.component?.state]).toEqual([[], 'ACTIVE']);
    expect(await operation(waiting.operation?.id)).toMatchObject({ state: 'PENDING', scheduledFor: OPENING });
    expect((await ask('NOW')).userErrors).toMatchObject([{ code: 'INVALID_STATE' }]);
    // What was set meanwhile stays: only what was asked for is changed.
    await prisma().component.update({ where: { id }, data: { parameters: { cpuRequest: '200m' } } });
    clock.time = new Date(OPENING);
    expect(await reconcile(waiting.operation?.id)).toEqual({ kind: 'done' });
    expect(await componentOf(id)).toMatchObject({
      state,
      generation: 2,
      operationId: waiting.operation?.id,
      parameters: { cpuRequest: '200m', ...parameters },
    });
    clock.time = new Date(NOON);
    await prisma().component.update({ where: { id }, data: { state: 'ACTIVE' } });
    const now = await ask('NOW');
    expect(now.component?.state).toBe(state);
    expect(await operation(now.operation?.id)).toMatchObject({ scheduledFor: null });
  });
});
