import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enqueue } from '../../../engine/jobs/queue.js';
import { waitForOperation, requestCluster, type EngineFixture } from '../../engine/engine-fixture.js';
import { movableClock } from '../../kit/clock.js';
import { eventually } from '../../kit/eventually.js';
import { type Ask, type GraphWithEngine, openGraphWithEngine } from '../graph-with-engine.js';
import { beginUpgrade } from '../upgrade/upgrade-kit.js';

/** The platform's clock, which starts at another time; the simulated cloud uses the system clock. */
const clock = movableClock();
let setup: GraphWithEngine;
let world: EngineFixture;
let ask: Ask;
beforeAll(async () => {
  setup = await openGraphWithEngine({ speed: 1_000, clock });
  ({ world, ask } = setup);
});
afterAll(() => setup[Symbol.asyncDispose]());

interface Window {
  readonly nextOccurrence: { readonly startsAt: string; readonly endsAt: string };
  readonly isOpen: boolean;
}
async function windowOf(id: string, at: string): Promise<Window> {
  const query = `query ($id: ID!, $at: DateTime) { cluster(id: $id) { maintenanceWindow {
    nextOccurrence(at: $at) { startsAt endsAt } isOpen(at: $at) } } }`;
  type QueryData = { cluster: { maintenanceWindow: Window } };
  return (await ask<QueryData>(query, { id, at })).cluster.maintenanceWindow;
}

/** Creates a running cluster with a daily window of one hour that opens at this time of its zone. */
async function clusterIn(timeZone: string, startTime: string): Promise<string> {
  clock.reset();
  const { clusterId, operationId } = await requestCluster(world, 1, { version: '1.32.6', timeZone });
  expect(await waitForOperation(world, operationId)).toMatchObject({ state: 'SUCCEEDED' });
  clock.set('2025-01-15T12:00:00Z');
  const window = { clusterId, recurrence: 'FREQ=DAILY', startTime, durationHours: 1 };
  const query = `mutation ($input: SetMaintenanceWindowInput!) { setMaintenanceWindow(input: $input) {
    userErrors { code } } }`;
  expect(await ask(query, { input: window })).toEqual({ setMaintenanceWindow: { userErrors: [] } });
  return clusterId;
}

// Each test starts two seconds before the window opens, so that the engine first sees the upgrade wait.
describe('upgrade of a cluster in the night of a clock change', { timeout: 200_000 }, () => {
  it.each([
    // The clock goes forward at 02:00 to 03:00, so 02:30 is 03:30.
    ['Europe/Berlin', '02:30', '2025-03-30T01:29:58Z', '2025-03-30T01:30:00.000Z'],
    // The clock goes back at 03:00 to 02:00, so 02:30 occurs twice, and the window opens at the first one.
    ['Europe/Berlin', '02:30', '2025-10-26T00:29:58Z', '2025-10-26T00:30:00.000Z'],
    // The clock changes by half an hour only.
    ['Australia/Lord_Howe', '01:45', '2025-04-05T14:44:58Z', '2025-04-05T14:45:00.000Z'],
  ])('in %s waits for %s, and starts then', async (timeZone, startTime, before, startsAt) => {
    const id = await clusterIn(timeZone, startTime);
    const endsAt = new Date(Date.parse(startsAt) + 3_600_000).toISOString();
    expect(await windowOf(id, before)).toEqual({ nextOccurrence: { startsAt, endsAt }, isOpen: false });
    expect((await windowOf(id, startsAt)).isOpen).toBe(true);
    expect((await windowOf(id, endsAt)).isOpen).toBe(false);

    clock.set(new Date(Date.parse(startsAt) - 3_600_000).toISOString());
    const operation = await beginUpgrade(ask, { id, version: '1.34', timing: 'MAINTENANCE_WINDOW' });
    const query = 'query ($id: ID!) { operation(id: $id) { scheduledFor } }';
    expect(await ask(query, { id: operation })).toEqual({ operation: { scheduledFor: startsAt } });
    // Graphile Worker schedules jobs by the system clock, so the test enqueues the job itself.
    clock.set(before);
    const where = { operationId: operation, type: 'CLUSTER_UPGRADING' };
    const begun = await eventually(async () => {
      await enqueue(world.prisma, 'scheduled-change', operation);
      return (await world.prisma.event.findFirst({ where })) ?? false;
    });
    expect(begun.at.getTime()).toBeGreaterThanOrEqual(Date.parse(startsAt));
    expect(begun.at.getTime()).toBeLessThan(Date.parse(endsAt));
    clock.reset();
    expect(await waitForOperation(world, operation)).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('is not repeated in the repeated hour: it waits for the next night', async () => {
    const id = await clusterIn('Europe/Berlin', '02:30');
    // The second 02:30: the window has closed.
    clock.set('2025-10-26T01:30:00Z');
    const operation = await beginUpgrade(ask, { id, version: '1.34', timing: 'MAINTENANCE_WINDOW' });
    const { input, state } = await world.prisma.operation.findUniqueOrThrow({ where: { id: operation } });
    expect([state, input]).toMatchObject(['PENDING', { scheduledFor: '2025-10-27T01:30:00.000Z' }]);
  });
});
