import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noFaultInjection } from '../../../engine/contract.js';
import type { Engine } from '../../../engine/engine.js';
import { enqueue } from '../../../engine/jobs/queue.js';
import { MaintenanceWindowService } from '../../../subgraphs/clusters/api/maintenance-window/maintenance-window.service.js';
import { automaticUpgradeSchedule } from '../../../subgraphs/clusters/controllers/upgrade/automatic-upgrade.reconciler.js';
import { automaticTarget } from '../../../subgraphs/clusters/model/automatic-upgrade.rules.js';
import { VersionPolicy } from '../../../subgraphs/clusters/model/version.rules.js';
import {
  waitForOperation,
  NODE_TYPE,
  startEngineFixture,
  requestCluster,
  type EngineFixture,
} from '../../engine/engine-fixture.js';
import { eventually } from '../../kit/eventually.js';

const policy = new VersionPolicy(
  ['1.30.12', '1.32.1', '1.32.6', '1.34.1', '1.34.3'].map((id) => ({ id, minor: id.slice(0, 4) })),
);
const none = { autoUpgrade: false, autoVulFix: false };
const fixes = { ...none, autoVulFix: true };
const upgrades = { ...none, autoUpgrade: true };

describe('automatic upgrades by policy', () => {
  it.each([
    ['1.32.1', [], undefined],
    ['1.32.1', [none], undefined],
    ['1.32.1', [fixes], '1.32.6'],
    ['1.32.6', [fixes], undefined],
    ['1.32.1', [upgrades], '1.34.3'],
    ['1.32.1', [upgrades, fixes], '1.32.6'],
    ['1.32.1', [upgrades, none], undefined],
    ['1.34.3', [upgrades], undefined],
    ['1.30.12', [upgrades, upgrades], '1.32.6'],
  ])('upgrades a cluster of %s whose pools have %j to %s', (version, pools, target) => {
    expect(automaticTarget(policy, version, pools)).toBe(target);
  });
});

describe('automatic upgrades in the maintenance window', { timeout: 200_000 }, () => {
  let world: EngineFixture;
  let engine: Engine;
  beforeAll(async () => {
    world = await startEngineFixture({ speed: 200 });
    engine = await world.engine();
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  async function willing(version: string, management: object): Promise<string> {
    const pool = { name: 'workers', instanceTypes: [NODE_TYPE], desiredSize: 1, management };
    const { clusterId, operationId } = await requestCluster(world, 1, { version, nodePools: [pool] });
    expect((await waitForOperation(world, operationId)).state).toBe('SUCCEEDED');
    return clusterId;
  }
  const window = (clusterId: string, recurrence: string, durationHours: number) =>
    new MaintenanceWindowService(world.platform).set(world.actor, {
      clusterId,
      recurrence,
      startTime: '00:00',
      durationHours,
    });
  /** A day of the year that is months away, so that its window is closed. */
  function farDay(): string {
    const day = new Date(Date.now() + 150 * 86_400_000);
    return `FREQ=YEARLY;BYMONTH=${day.getUTCMonth() + 1};BYMONTHDAY=${day.getUTCDate()}`;
  }
  const runHourlySchedule = () =>
    automaticUpgradeSchedule().run({
      database: world.prisma,
      clock: world.platform.clock,
      log: world.platform.log,
      faults: noFaultInjection,
      signal: new AbortController().signal,
    });
  /** Runs the hourly job and waits until all jobs that it enqueued have completed. */
  async function runScheduleAndJobs(): Promise<void> {
    await runHourlySchedule();
    await eventually(async () => {
      const jobs = await world.prisma.$queryRaw<unknown[]>`
        SELECT 1 FROM graphile_worker._private_jobs WHERE key LIKE 'automatic-upgrade:%'`;
      return jobs.length === 0;
    });
  }
  const upgradesOf = (clusterId: string) =>
    world.prisma.operation.findMany({ where: { clusterId, type: 'UPGRADE_CLUSTER' } });
  const clusterOf = (id: string) => world.prisma.cluster.findUniqueOrThrow({ where: { id } });

  it('patches a cluster in its window only, and never without a window or permission of its pools', async () => {
    const patched = await willing('1.34.3', { autoVulFix: true });
    const windowless = await willing('1.34.3', { autoVulFix: true });
    const requested = await willing('1.34.3', { autoRepair: true });
    const patch = { id: '1.34.4', minor: '1.34', releasedAt: new Date() };
    await world.prisma.kubernetesVersion.create({ data: patch });
    await window(patched, farDay(), 1);
    await window(requested, 'FREQ=DAILY', 24);
    await runHourlySchedule();
    const [waiting] = await eventually(async () => {
      const found = await upgradesOf(patched);
      return found.length > 0 && found;
    });
    expect(waiting).toMatchObject({ state: 'PENDING', input: { version: '1.34.4', waiting: true } });
    expect(await clusterOf(patched)).toMatchObject({ state: 'RUNNING', version: '1.34.3' });
    // A window that is always open moves the upgrade to now.
    await window(patched, 'FREQ=DAILY', 24);
    expect(await waitForOperation(world, waiting!.id)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await clusterOf(patched)).toMatchObject({ version: '1.34.4' });
    await runScheduleAndJobs();
    for (const [id, version, count] of [
      [patched, '1.34.4', 1],
      [windowless, '1.34.3', 0],
      [requested, '1.34.3', 0],
    ] as const) {
      expect(await clusterOf(id)).toMatchObject({ state: 'RUNNING', version });
      expect(await upgradesOf(id)).toHaveLength(count);
    }
  });

  it('upgrades to the next minor version with autoUpgrade; a blocking check is reported once, and the upgrade runs after the fix', async () => {
    const id = await willing('1.32.6', { autoUpgrade: true });
    await window(id, 'FREQ=DAILY', 24);
    const [node] = await world.prisma.node.findMany({ where: { clusterId: id } });
    const power = (on: boolean) => world.cloud('PUT', `/clusters/${id}/instances/${node!.id}/power`, { on });
    const settled = (status: string) =>
      eventually(
        async () => {
          await enqueue(world.prisma, 'node', node!.id);
          const [now] = await world.prisma.node.findMany({ where: { clusterId: id } });
          return now!.status === status;
        },
        { what: `a node that is ${status}` },
      );
    await power(false);
    await settled('NotReady');
    const findNotices = () =>
      world.prisma.event.findMany({ where: { clusterId: id, type: 'AUTOMATIC_UPGRADE_BLOCKED' } });
    await runScheduleAndJobs();
    await runScheduleAndJobs();
    const events = await findNotices();
    expect(events.map(({ message }) => message)).toEqual([
      expect.stringContaining('1 of 1 nodes are not ready'),
    ]);
    expect(await upgradesOf(id)).toEqual([]);
    await power(true);
    await settled('Ready');
    await runHourlySchedule();
    const [operation] = await eventually(async () => {
      const found = await upgradesOf(id);
      return found.length > 0 && found;
    });
    expect(await waitForOperation(world, operation!.id)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await clusterOf(id)).toMatchObject({ state: 'RUNNING', version: '1.34.4' });
  });
});
