import { describe, expect, test } from 'vitest';
import { OPENING, SATURDAYS, windowsOfFile } from './window-kit.js';

const windows = await windowsOfFile();

describe('maintenance window', () => {
  test('opens in the time zone of the cluster, in summer and winter', async () => {
    const id = await windows.berlinWithWindow('zoned');
    const query = `query ($id: ID!) { cluster(id: $id) { maintenanceWindow {
      recurrence startDate startTime durationHours enabled timeZone { id } nextOccurrence { startsAt endsAt }
      summer: nextOccurrence(at: "2026-07-01T00:00:00Z") { startsAt endsAt }
      before: isOpen(at: "2026-01-17T01:29:59Z") in: isOpen(at: "2026-01-17T05:29:59Z") after: isOpen(at: "2026-01-17T05:30:00Z") } } }`;
    expect((await windows.clusters.run(query, { id })).data).toEqual({
      cluster: {
        maintenanceWindow: {
          ...SATURDAYS,
          startDate: '2026-01-13',
          enabled: true,
          timeZone: { id: 'Europe/Berlin' },
          nextOccurrence: { startsAt: OPENING, endsAt: '2026-01-17T05:30:00.000Z' },
          summer: { startsAt: '2026-07-04T00:30:00.000Z', endsAt: '2026-07-04T04:30:00.000Z' },
          before: false,
          in: true,
          after: false,
        },
      },
    });
  });

  test('is null if never set, never opens if disabled, and rejects isOpen in the far future', async () => {
    const { id } = await windows.berlin('off');
    const query =
      'query ($id: ID!, $at: DateTime) { cluster(id: $id) { maintenanceWindow { nextOccurrence { startsAt } isOpen(at: $at) } } }';
    expect((await windows.clusters.run(query, { id })).data).toEqual({
      cluster: { maintenanceWindow: null },
    });
    await windows.mutate('setMaintenanceWindow', { clusterId: id, ...SATURDAYS, enabled: false });
    expect((await windows.clusters.run(query, { id, at: OPENING })).data).toEqual({
      cluster: { maintenanceWindow: { nextOccurrence: null, isOpen: false } },
    });
    await windows.mutate('setMaintenanceWindow', { clusterId: id, ...SATURDAYS });
    expect((await windows.clusters.run(query, { id, at: OPENING })).data).toMatchObject({
      cluster: { maintenanceWindow: { isOpen: true } },
    });
    const far = await windows.clusters.run(query, { id, at: '9999-01-01T00:00:00Z' });
    expect(far.errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
  });

  test.each([
    [{ recurrence: 'FREQ=HOURLY' }, 'recurrence'],
    [{ recurrence: 'FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30' }, 'recurrence'],
    [{ startTime: '24:00' }, 'startTime'],
    [{ startTime: '2:30' }, 'startTime'],
    [{ durationHours: 0 }, 'durationHours'],
    [{ durationHours: 25 }, 'durationHours'],
  ])('is rejected with %j', async (wrong, field) => {
    const { id } = await windows.berlin(
      `rejected-${field}-${Object.values(wrong).join('').replace(/\W/g, '-')}`,
    );
    const { cluster, userErrors } = await windows.mutate('setMaintenanceWindow', {
      clusterId: id,
      ...SATURDAYS,
      ...wrong,
    });
    expect(cluster).toBeNull();
    expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT', path: ['input', field] }]);
  });
});
