import { Temporal } from 'temporal-polyfill';

/** The last instant of the scalar DateTime. */
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * Returns the zone's offset from UTC at the instant, e.g. `+05:30`, including daylight saving time. Contains seconds
 * only where the zone had them (local mean times of the 19th and early 20th century).
 */
export function utcOffset(zone: string, at: Date): string {
  return zoned(zone, at).offset;
}

/** Returns the local time at the instant with its offset, in milliseconds: `2026-07-01T14:00:00.000+02:00`. */
export function localTime(zone: string, at: Date): string {
  const time = zoned(zone, at);
  return `${time.toPlainDateTime().toString({ fractionalSecondDigits: 3 })}${time.offset}`;
}

/** Returns the first change of the zone's offset after the instant; null if no change is known. */
export function nextTransition(zone: string, after: Date): Date | null {
  const next = zoned(zone, after).getTimeZoneTransition('next');
  return next && next.epochMilliseconds <= LAST ? new Date(next.epochMilliseconds) : null;
}

function zoned(zone: string, at: Date): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone);
}
