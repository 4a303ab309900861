import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';

/** When a cluster may be disturbed. */
export interface WindowRule {
  /** RRULE of RFC 5545, e.g. `FREQ=WEEKLY;BYDAY=SA,SU`. */
  readonly recurrence: string;
  /** Local date from which it is counted, `2026-01-31`. */
  readonly startDate: string;
  /** Local time of the openings, `HH:MM`. */
  readonly startTime: string;
  /** Hours on the clock of physics: a window of 4 hours is 4 hours long on the days of a clock change too. */
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
/** The parts of an RRULE that make sense for whole days, and their form. */
const PARTS: Readonly<Record<string, RegExp>> = {
  FREQ: /^(DAILY|WEEKLY|MONTHLY|YEARLY)$/,
  INTERVAL: /^[1-9]\d?$/,
  BYDAY: listOf('([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)'),
  BYMONTH: listOf('([1-9]|1[0-2])'),
  BYMONTHDAY: listOf('[+-]?([1-9]|[12]\\d|3[01])'),
  BYSETPOS: listOf('[+-]?[1-9]\\d?'),
  WKST: /^(MO|TU|WE|TH|FR|SA|SU)$/,
};
/** Bound the search for occurrences: days of a daily rule, so more than 50 years … */
const MAX_ITERATIONS = 20_000;
/** … and, when a rule is validated for the first time, the year in which it must open. */
const FIRST_ITERATIONS = 400;
const MAX_CANDIDATES = 100_000;
/** Clocks of a zone are moved by at most a day (at the date line). */
const CLOCK_SLACK_HOURS = 26;

/** What is wrong with a recurrence; undefined when nothing is. It must open within a year after `startDate`. */
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
    // The library has no classes of errors; the text tells the search that was given up from the rule that is none.
    const { message } = error as Error;
    return /exceeded/.test(message) ? never : `It is no recurrence: ${message}.`;
  }
}

/** The first window that opens at `at` or later; null when none is in sight. */
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

/** The window that is open at `at`: opened by then and not closed; null when none is. */
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

/** The zone's calendar date at an instant. */
export function localDate(timeZone: string, at: Date): string {
  return zoned(timeZone, at).toPlainDate().toString();
}

/** A comma-separated list of what the pattern `one` matches. */
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
 * The recurrence on a clock without a zone (written as UTC): which days it names does not depend on clock changes.
 * Each time is then looked up in the zone.
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
 * The window that opens at a local time. A time that the clocks skip is as far after the skip's beginning as it
 * says (02:30 becomes 03:30); of a time that comes twice the first is meant. So RFC 5545 wants it.
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
