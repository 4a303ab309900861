import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  localDate,
  nextOccurrence,
  occurrenceAt,
  recurrenceProblem,
  type WindowRule,
} from '../../../subgraphs/clusters/model/maintenance-window.rules.js';

/** A fixed seed, so that every run checks the same windows. */
const SEED = 20_261_128;
const STEP = 15 * 60_000;
const DAY = 86_400_000;
const HOUR = 3_600_000;
const BEGIN = Date.UTC(2026, 0, 1);
const END = Date.UTC(2027, 0, 1);
const ZONES = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Cairo', 'UTC'];
const DAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

/** Wall clock of the zone at each quarter of an hour of the year and of some days around it, as if its readings were UTC. */
function clockOf(timeZone: string) {
  const format = new Intl.DateTimeFormat('en-US-u-hc-h23', {
    timeZone,
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' },
  });
  const read = (at: number) => {
    const parts = Object.fromEntries(
      format.formatToParts(at).map(({ type, value }) => [type, Number(value)]),
    );
    return Date.UTC(parts['year']!, parts['month']! - 1, parts['day'], parts['hour'], parts['minute']);
  };
  const ticks: { at: number; local: number }[] = [];
  for (let at = BEGIN - 3 * DAY; at < END + 40 * DAY; at += STEP) ticks.push({ at, local: read(at) });
  return ticks;
}
/** The ticks of each zone, and the first tick of each reading. */
const clocks = new Map(
  ZONES.map((zone) => {
    const ticks = clockOf(zone);
    return [zone, { ticks, first: new Map(ticks.toReversed().map(({ local, at }) => [local, at])) }];
  }),
);

/** When the clock first reads `local`. A skipped reading counts from the last reading before it. */
function instantOf(zone: string, local: number): number {
  const { ticks, first } = clocks.get(zone)!;
  const exact = first.get(local);
  if (exact !== undefined) return exact;
  const before = ticks[ticks.findIndex((tick) => tick.local > local) - 1]!;
  return before.at + (local - before.local);
}

/** Whether a rule includes a day, as the number of days since 1 January 2026, a Thursday. */
type Names = (day: number) => boolean;
const date = (day: number) => new Date(BEGIN + day * DAY);
const weekOf = (day: number) => Math.floor((day + 3) / 7);
const monthOf = (day: number) => date(day).getUTCMonth() + 12 * (date(day).getUTCFullYear() - 2026);

const rules: fc.Arbitrary<{ recurrence: string; names: Names }> = fc.oneof(
  fc.integer({ min: 1, max: 5 }).map((interval) => ({
    recurrence: `FREQ=DAILY;INTERVAL=${interval}`,
    names: (day: number) => day % interval === 0,
  })),
  fc
    .tuple(
      fc.uniqueArray(fc.constantFrom(0, 1, 2, 3, 4, 5, 6), { minLength: 1 }),
      fc.integer({ min: 1, max: 3 }),
    )
    .map(([days, interval]) => ({
      recurrence: `FREQ=WEEKLY;INTERVAL=${interval};BYDAY=${days.map((day) => DAYS[day]).join(',')}`,
      names: (day: number) =>
        (days as number[]).includes(date(day).getUTCDay()) && weekOf(day) % interval === 0,
    })),
  fc.tuple(fc.integer({ min: 1, max: 31 }), fc.integer({ min: 1, max: 2 })).map(([of, interval]) => ({
    recurrence: `FREQ=MONTHLY;INTERVAL=${interval};BYMONTHDAY=${of}`,
    names: (day: number) => date(day).getUTCDate() === of && monthOf(day) % interval === 0,
  })),
  fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 6 })).map(([nth, weekday]) => ({
    recurrence: `FREQ=MONTHLY;BYDAY=${nth}${DAYS[weekday]}`,
    names: (day: number) =>
      date(day).getUTCDay() === weekday && Math.ceil(date(day).getUTCDate() / 7) === nth,
  })),
  fc.constant({
    recurrence: 'FREQ=MONTHLY;BYDAY=-1SU',
    names: (day: number) => date(day).getUTCDay() === 0 && monthOf(day + 7) !== monthOf(day),
  }),
);

const windows = fc.record({
  rule: rules,
  // Clock changes occur at night, so early quarters are chosen more often.
  quarter: fc.oneof(fc.integer({ min: 0, max: 16 }), fc.integer({ min: 0, max: 95 })),
  durationHours: fc.integer({ min: 1, max: 24 }),
});

describe.each(ZONES)('maintenance windows in %s', (timeZone) => {
  test('open at the times that a count of all quarters of an hour of the year gives', () => {
    fc.assert(
      fc.property(
        windows,
        fc.array(fc.nat({ max: (END - BEGIN) / 60_000 }), { minLength: 10 }),
        (example, minutes) => {
          const { rule, quarter, durationHours } = example;
          const startTime = new Date(quarter * STEP).toISOString().slice(11, 16);
          const window: WindowRule = {
            recurrence: rule.recurrence,
            startDate: '2026-01-01',
            startTime,
            durationHours,
            timeZone,
          };
          const opens = Array.from({ length: 400 }, (_, day) => day)
            .filter(rule.names)
            .map((day) => instantOf(timeZone, BEGIN + day * DAY + quarter * STEP));
          const edges = opens.slice(0, 40).flatMap((open) => [open, open - 1, open + durationHours * HOUR]);
          for (const at of [...minutes.map((minute) => BEGIN + minute * 60_000), ...edges]) {
            const next = opens.find((open) => open >= at);
            if (next !== undefined)
              expect(nextOccurrence(window, new Date(at))?.startsAt.getTime()).toBe(next);
            const open = opens.some((opened) => opened <= at && at < opened + durationHours * HOUR);
            expect(occurrenceAt(window, new Date(at)) !== null).toBe(open);
          }
        },
      ),
      { numRuns: 12, seed: SEED },
    );
  });
});

const berlin = (startTime: string): WindowRule => ({
  recurrence: 'FREQ=DAILY',
  startDate: '2026-01-01',
  startTime,
  durationHours: 2,
  timeZone: 'Europe/Berlin',
});

test.each([
  [
    'that the clocks skip is moved on by what they skip',
    '02:30',
    '2026-03-29T00:00:00Z',
    '2026-03-29T01:30:00.000Z',
  ],
  ['that comes twice is its first', '02:30', '2026-10-24T23:00:00Z', '2026-10-25T00:30:00.000Z'],
  ['in winter', '02:30', '2026-01-10T00:00:00Z', '2026-01-10T01:30:00.000Z'],
  ['in summer', '02:30', '2026-07-10T00:00:00Z', '2026-07-10T00:30:00.000Z'],
])('evaluates a time %s', (_, startTime, at, startsAt) => {
  const opening = nextOccurrence(berlin(startTime), new Date(at));
  expect(opening?.startsAt.toISOString()).toBe(startsAt);
  expect(opening!.endsAt.getTime() - opening!.startsAt.getTime()).toBe(2 * HOUR);
});

test('never opens before the first day', () => {
  expect(occurrenceAt(berlin('00:00'), new Date('2025-12-31T23:30:00Z'))).not.toBeNull();
  expect(occurrenceAt(berlin('00:00'), new Date('2025-12-30T23:30:00Z'))).toBeNull();
  expect(localDate('Europe/Berlin', new Date('2025-12-31T23:30:00Z'))).toBe('2026-01-01');
});

test.each([
  'FREQ=DAILY',
  'FREQ=WEEKLY;BYDAY=SA,SU',
  'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;WKST=SU',
  'FREQ=MONTHLY;BYDAY=2TU',
  'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1',
  'FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=-1',
])('accepts %s', (recurrence) => {
  expect(recurrenceProblem(recurrence, '2026-01-31')).toBeUndefined();
});

test.each([
  ['', 'may have'],
  ['nonsense', 'may have'],
  ['RRULE:FREQ=DAILY', 'may have'],
  ['INTERVAL=2', 'needs FREQ'],
  ['FREQ=HOURLY', 'FREQ cannot be'],
  ['FREQ=DAILY;FREQ=WEEKLY', 'FREQ twice'],
  ['FREQ=DAILY;COUNT=3', 'not "COUNT"'],
  ['FREQ=DAILY;UNTIL=20270101T000000Z', 'not "UNTIL"'],
  ['FREQ=DAILY;BYHOUR=3', 'not "BYHOUR"'],
  ['FREQ=DAILY;INTERVAL=0', 'INTERVAL cannot be'],
  ['FREQ=DAILY;INTERVAL=100', 'INTERVAL cannot be'],
  ['FREQ=WEEKLY;BYDAY=XX', 'BYDAY cannot be'],
  ['FREQ=DAILY;toString=1', 'may have'],
  ['FREQ=DAILY\nEXDATE:20260101', 'FREQ cannot be'],
  ['FREQ=DAILY;BYMONTH=13', 'BYMONTH cannot be'],
  ['FREQ=MONTHLY;BYMONTHDAY=32', 'BYMONTHDAY cannot be'],
  ['FREQ=MONTHLY;BYDAY=6MO', 'BYDAY cannot be'],
  ['FREQ=WEEKLY;BYMONTHDAY=3', 'It is no recurrence'],
  ['FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30', 'It does not open within a year'],
  ['FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29', 'It does not open within a year'],
  [`FREQ=DAILY;BYMONTHDAY=${'1,'.repeat(100)}1`, 'longer than'],
])('rejects %j', (recurrence, why) => {
  expect(recurrenceProblem(recurrence, '2026-01-31')).toContain(why);
});
