/** The times of a schedule in cron format. */
export interface CronSchedule {
  /** The first time after another one, in milliseconds; undefined if there is none within five years. */
  next(after: number): number | undefined;
}

interface Field {
  readonly first: number;
  readonly last: number;
  readonly names: readonly string[];
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const FIELDS: readonly Field[] = [
  { first: 0, last: 59, names: [] },
  { first: 0, last: 23, names: [] },
  { first: 1, last: 31, names: [] },
  { first: 1, last: 12, names: MONTHS },
  { first: 0, last: 6, names: DAYS },
];

const MACROS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** Parses a schedule of five fields, or a macro such as `@hourly`; undefined if it is malformed. */
export function parseSchedule(text: string, timeZone = 'Etc/UTC'): CronSchedule | undefined {
  const parts = (MACROS[text.trim()] ?? text.trim()).split(/\s+/);
  const fields = FIELDS.map((field, index) => valuesOf(parts[index] ?? '', field));
  if (parts.length !== FIELDS.length || fields.some((values) => values === undefined)) return undefined;
  const [minutes, hours, days, months, weekdays] = fields.map((values) => values ?? new Set<number>());
  // As in cron, a day matches one of the two fields if both are restricted.
  const either = !parts[2]?.startsWith('*') && !parts[4]?.startsWith('*');
  const isDay = (date: Date) => {
    const matches = [days?.has(date.getUTCDate()), weekdays?.has(date.getUTCDay())];
    return !!months?.has(date.getUTCMonth() + 1) && (either ? matches.some(Boolean) : matches.every(Boolean));
  };
  return { next: (after) => nextTime(after, { isDay, hours, minutes, timeZone }) };
}

/** Whether the runtime knows the time zone. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function valuesOf(text: string, field: Field): ReadonlySet<number> | undefined {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [, range = '', step = '1'] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    const bounds = boundsOf(range, part.includes('/'), field);
    if (!bounds || Number(step) === 0) return undefined;
    for (let value = bounds.first; value <= bounds.last; value += Number(step)) values.add(value);
  }
  return values;
}

function boundsOf(
  range: string,
  stepped: boolean,
  { first, last, names }: Field,
): { readonly first: number; readonly last: number } | undefined {
  if (range === '*' || range === '?') return { first, last };
  const [start = '', end] = range.split('-');
  const numberOf = (text: string) => {
    const index = names.indexOf(text.toUpperCase());
    return index >= 0 ? index + first : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  };
  const from = numberOf(start);
  const to = end === undefined ? (stepped ? last : from) : numberOf(end);
  return from >= first && to <= last && from <= to ? { first: from, last: to } : undefined;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const HORIZON = 5 * 366 * DAY;

interface Matches {
  isDay(date: Date): boolean;
  readonly hours: ReadonlySet<number> | undefined;
  readonly minutes: ReadonlySet<number> | undefined;
  readonly timeZone: string;
}

function nextTime(after: number, { isDay, hours, minutes, timeZone }: Matches): number | undefined {
  const start = after + offsetAt(after, timeZone);
  let local = (Math.floor(start / MINUTE) + 1) * MINUTE;
  while (local < start + HORIZON) {
    const date = new Date(local);
    if (!isDay(date)) local = (Math.floor(local / DAY) + 1) * DAY;
    else if (!hours?.has(date.getUTCHours())) local = (Math.floor(local / HOUR) + 1) * HOUR;
    else if (!minutes?.has(date.getUTCMinutes())) local += MINUTE;
    else return local - offsetAt(local - offsetAt(local, timeZone), timeZone);
  }
  return undefined;
}

/** Milliseconds that the clocks of a time zone are ahead of UTC. */
function offsetAt(time: number, timeZone: string): number {
  if (timeZone === 'Etc/UTC') return 0;
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  const name = format.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = '0', minutes = '0'] = /GMT([+-])(\d+):(\d+)/.exec(name) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * HOUR + Number(minutes) * MINUTE);
}
