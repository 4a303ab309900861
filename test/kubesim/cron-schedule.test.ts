import { expect, test } from 'vitest';
import { parseSchedule } from '../../kubesim/kubernetes/kinds/cron-schedule.js';

test.each([
  ['*/15 * * * *', undefined, '2026-03-01T10:15:00Z'],
  ['0 3 * * *', undefined, '2026-03-02T03:00:00Z'],
  ['30 8 * * MON-FRI', undefined, '2026-03-02T08:30:00Z'],
  ['0 0 1,15 * *', undefined, '2026-03-15T00:00:00Z'],
  ['0 0 13 * FRI', undefined, '2026-03-06T00:00:00Z'],
  ['0 0 29 2 *', undefined, '2028-02-29T00:00:00Z'],
  ['@hourly', undefined, '2026-03-01T11:00:00Z'],
  ['0 9 * * *', 'Asia/Shanghai', '2026-03-02T01:00:00Z'],
])('follows the schedule %s in the time zone %s', (text, timeZone, expected) => {
  const next = parseSchedule(text, timeZone)?.next(Date.parse('2026-03-01T10:00:00Z'));
  expect(new Date(next ?? 0).toISOString().replace('.000', '')).toBe(expected);
});

test.each([
  '',
  '* * * *',
  '60 * * * *',
  '0 25 * * *',
  '*/0 * * * *',
  '5-1 * * * *',
  'TZ=UTC 0 3 * * *',
  'a * * * *',
])('rejects the schedule "%s"', (text) => {
  expect(parseSchedule(text)).toBeUndefined();
});

test('finds no time for a day that no month has', () => {
  expect(parseSchedule('0 0 31 2 *')?.next(0)).toBeUndefined();
});
