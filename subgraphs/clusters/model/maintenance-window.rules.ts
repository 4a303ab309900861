import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';

/** The recurring times at which maintenance of a cluster may run. */
export interface WindowRule {
  /** RRULE of RFC 5545, e.g. `FREQ=WEEKLY;BYDAY=SA,SU`. */
  readonly recurrence: string;
  /** Local date of the first occurrence (DTSTART), `2026-01-31`. */
  readonly startDate: string;
  /** Local start time, `HH:MM`. */
  readonly startTime: string;
  /** Elapsed hours: a window of 4 hours also lasts 4 hours when daylight saving time begins or ends in it. */
  readonly durationHours: number;
  /** IANA name. */
  readonly timeZone: string;
}

export interface WindowOccurrence {
  readonly startsAt: Date;
  readonly endsAt: Date;
}

const MAX_TEXT = 200;
const HOUR_MS = 3_600_000;
/** The RRULE parts that apply to whole days, with their syntax. */
const PARTS: Readonly<Record<string, RegExp>> = {
  FREQ: /^(DAILY|WEEKLY|MONTHLY|YEARLY)$/,
  INTERVAL: /^[1-9]\d?$/,
  BYDAY: listOf('([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)'),
  BYMONTH: listOf('([1-9]|1[0-2])'),
  BYMONTHDAY: listOf('[+-]?([1-9]|[12]\\d|3[01])'),
  BYSETPOS: listOf('[+-]?[1-9]\\d?'),
  WKST: /^(MO|TU|WE|TH|FR|SA|SU)$/,
};
/** Limits the search for occurrences: more than 50 years of a daily rule. */
const MAX_ITERATIONS = 20_000;
/** Limits the first validation of a rule, which must have an occurrence within a year. */
const FIRST_ITERATIONS = 400;
const MAX_CANDIDATES = 100_000;
/** Search margin in hours: the offset of a zone has changed by at most a day (at the date line). */
const CLOCK_SLACK_HOURS = 26;

/** Validates a recurrence; undefined when it is valid. It must have an occurrence within a year after `startDate`. */
export function recurrenceProblem(recurrence: string, startDate: string): string | undefined {
  const form = formProblem(recurrence);
  if (form !== undefined) return form;
  const start = Temporal.PlainDate.from(startDate);
  const never = 'It does not open within a year.';
  try {
    const rule = floatingRule({ recurrence, startDate, startTime: '00:00' }, FIRST_ITERATIONS);
    const first = rule.next(floating(start.toPlainDateTime()), true);
    const last = floating(start.add({ years: 1 }).toPlainDateTime());
    return first && first.epochMilliseconds <= last.getTime() ? undefined : never;
  } catch (error) {
    // rrule-temporal has no error classes: only the message distinguishes an exhausted search from an invalid rule.
    const { message } = error as Error;
    return /exceeded/.test(message) ? never : `It is no recurrence: ${message}.`;
  }
}

/** The first window that opens at `at` or later; null when the search finds none. */
export function nextOccurrence(window: WindowRule, at: Date): WindowOccurrence | null {
  const rule = floatingRule(window);
  let from = localTime(window, at).subtract({ hours: CLOCK_SLACK_HOURS });
  for (;;) {
    const found = rule.next(floating(from), true);
    if (!found) return null;
    const local = found.toPlainDateTime();
    const opening = openingOf(window, local);
    if (opening.startsAt >= at) return opening;
    from = local.add({ seconds: 1 });
  }
}

/** The window that is open at `at`; null when none is. */
export function occurrenceAt(window: WindowRule, at: Date): WindowOccurrence | null {
  const local = localTime(window, at);
  const earliest = local.subtract({ hours: window.durationHours + CLOCK_SLACK_HOURS });
  const latest = local.add({ hours: CLOCK_SLACK_HOURS });
  const candidates = floatingRule(window).between(floating(earliest), floating(latest), true);
  const open = candidates
    .map((candidate) => openingOf(window, candidate.toPlainDateTime()))
    .filter(({ startsAt, endsAt }) => startsAt <= at && at < endsAt);
  return open.at(-1) ?? null;
}

export function localDate(timeZone: string, at: Date): string {
  return zoned(timeZone, at).toPlainDate().toString();
}

/** Matches a comma-separated list of items. */
function listOf(item: string): RegExp {
  return new RegExp(`^${item}(,${item})*$`);
}

function formProblem(recurrence: string): string | undefined {
  if (recurrence.length > MAX_TEXT) return `It is longer than ${MAX_TEXT} characters.`;
  const parts = recurrence.split(';');
  const names = parts.map((part) => part.split('=')[0] ?? '');
  const wrong = parts.map(partProblem).find((problem) => problem !== undefined);
  if (wrong !== undefined) return wrong;
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return `It has ${twice} twice.`;
  return names.includes('FREQ') ? undefined : 'It needs FREQ.';
}

function partProblem(part: string): string | undefined {
  const [name = '', ...values] = part.split('=');
  const form = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined;
  if (!form) return `It may have ${Object.keys(PARTS).join(', ')}, not "${name}".`;
  const value = values.join('=');
  return form.test(value) ? undefined : `${name} cannot be "${value}".`;
}

/**
 * The recurrence in local time without a zone (represented as UTC), so that the days do not depend on daylight saving
 * time. Each occurrence is then converted to the zone.
 */
function floatingRule(
  { recurrence, startDate, startTime }: Omit<WindowRule, 'durationHours' | 'timeZone'>,
  maxIterations = MAX_ITERATIONS,
) {
  return new RRuleTemporal({
    rruleString: recurrence,
    dtstart: Temporal.PlainDateTime.from(`${startDate}T${startTime}`).toZonedDateTime('UTC'),
    maxIterations,
    maxCandidateEvaluations: MAX_CANDIDATES,
    strict: true,
  });
}

/**
 * The window that opens at a local time. RFC 5545 requires: a local time in a gap uses the offset before the gap
 * (02:30 becomes 03:30), and a local time that occurs twice is the first one.
 */
function openingOf({ timeZone, durationHours }: WindowRule, local: Temporal.PlainDateTime): WindowOccurrence {
  const opens = local.toZonedDateTime(timeZone, { disambiguation: 'compatible' }).epochMilliseconds;
  return { startsAt: new Date(opens), endsAt: new Date(opens + durationHours * HOUR_MS) };
}

function localTime({ timeZone }: WindowRule, at: Date): Temporal.PlainDateTime {
  return zoned(timeZone, at).toPlainDateTime();
}

function zoned(timeZone: string, at: Date): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone);
}

function floating(local: Temporal.PlainDateTime): Date {
  return new Date(local.toZonedDateTime('UTC').epochMilliseconds);
}
