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

/** A schedule is malformed; the message is that of the parser of API servers. */
class ScheduleError extends Error {}

function fail(message: string): never {
  throw new ScheduleError(message);
}

/** What is wrong with a schedule; undefined if it is well-formed. */
export function scheduleProblem(text: string): string | undefined {
  try {
    readSchedule(text, 'Etc/UTC');
    return undefined;
  } catch (error) {
    if (error instanceof ScheduleError) return error.message;
    throw error;
  }
}

/** Parses a schedule of five fields, or a descriptor such as `@hourly`; undefined if it is malformed. */
export function parseSchedule(text: string, timeZone = 'Etc/UTC'): CronSchedule | undefined {
  return scheduleProblem(text) === undefined ? readSchedule(text, timeZone) : undefined;
}

/** Throws ScheduleError. */
function readSchedule(text: string, timeZone: string): CronSchedule {
  if (text.startsWith(EVERY)) return constantDelay(text);
  if (text.startsWith('@') && !Object.hasOwn(MACROS, text)) fail(`unrecognized descriptor: ${text}`);
  const parts = (MACROS[text] ?? text).split(/\s+/).filter(Boolean);
  if (parts.length !== FIELDS.length)
    fail(`expected exactly ${FIELDS.length} fields, found ${parts.length}: [${parts.join(' ')}]`);
  const [minutes, hours, days, months, weekdays] = FIELDS.map((field, index) =>
    valuesOf(parts[index] ?? '', field),
  );
  const isDay = (date: Date) =>
    !!months?.values.has(date.getUTCMonth() + 1) && isOfDays(date, days, weekdays);
  const times = { isDay, hours: hours?.values, minutes: minutes?.values, timeZone };
  return { next: (after) => nextTime(after, times) };
}

/** As in cron, a day matches one of the two fields if both are restricted. */
function isOfDays(date: Date, days?: FieldValues, weekdays?: FieldValues): boolean {
  const matches = [days?.values.has(date.getUTCDate()), weekdays?.values.has(date.getUTCDay())];
  return days?.isAny || weekdays?.isAny ? matches.every(Boolean) : matches.some(Boolean);
}

const EVERY = '@every ';
const UNITS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 1 / 1000 };

/** `@every 1h30m`: by the time that has passed, in seconds, at least one. */
function constantDelay(text: string): CronSchedule {
  const duration = text.slice(EVERY.length);
  const terms = [...duration.matchAll(/(\d{1,9}(?:\.\d{1,9})?)(ms|h|m|s)/g)];
  const isRead = terms.map(([term]) => term).join('') === duration && duration !== '';
  if (!isRead) fail(`failed to parse duration ${text}: time: invalid duration ${JSON.stringify(duration)}`);
  const total = terms.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit] ?? 0), 0);
  const delay = Math.max(1, Math.floor(total)) * SECOND;
  return { next: (after) => Math.floor(after / SECOND) * SECOND + delay };
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

/** The values of a field, and whether it is unrestricted. */
interface FieldValues {
  readonly values: ReadonlySet<number>;
  readonly isAny: boolean;
}

function valuesOf(text: string, field: Field): FieldValues {
  const values = new Set<number>();
  let isAny = false;
  for (const part of text.split(',').filter(Boolean)) {
    const range = rangeOf(part, field);
    isAny ||= range.isAny;
    for (let value = range.first; value <= range.last; value += range.step) values.add(value);
  }
  return { values, isAny };
}

interface Range {
  readonly first: number;
  readonly last: number;
  readonly step: number;
  readonly isAny: boolean;
}

function rangeOf(part: string, field: Field): Range {
  const [range = '', stepText, ...more] = part.split('/');
  const bounds = boundsOf(range, part, field);
  if (more.length > 0) fail(`too many slashes: ${part}`);
  const step = stepText === undefined ? 1 : numberOf(stepText);
  // `5/10` is `5-59/10`.
  const last = stepText !== undefined && !range.includes('-') ? field.last : bounds.last;
  check({ first: bounds.first, last, step }, part, field);
  return { first: bounds.first, last, step, isAny: bounds.isAny && step <= 1 };
}

function check({ first, last, step }: Omit<Range, 'isAny'>, part: string, field: Field): void {
  if (first < field.first) fail(`beginning of range (${first}) below minimum (${field.first}): ${part}`);
  if (last > field.last) fail(`end of range (${last}) above maximum (${field.last}): ${part}`);
  if (first > last) fail(`beginning of range (${first}) beyond end of range (${last}): ${part}`);
  if (step === 0) fail(`step of range should be a positive number: ${part}`);
}

function boundsOf(range: string, part: string, { first, last, names }: Field): Omit<Range, 'step'> {
  const [start = '', end, ...more] = range.split('-');
  if (start === '*' || start === '?') return { first, last, isAny: true };
  const from = valueOf(start, names, first);
  const to = end === undefined ? from : valueOf(end, names, first);
  if (more.length > 0) fail(`too many hyphens: ${part}`);
  return { first: from, last: to, isAny: false };
}

function valueOf(text: string, names: readonly string[], first: number): number {
  const index = names.indexOf(text.toUpperCase());
  return index >= 0 ? index + first : numberOf(text);
}

function numberOf(text: string): number {
  if (!/^[+-]?\d+$/.test(text))
    fail(`failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  const number = Number(text);
  return number < 0 ? fail(`negative number (${number}) not allowed: ${text}`) : number;
}

const SECOND = 1000;
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
