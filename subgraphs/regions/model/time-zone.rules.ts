import { Temporal } from 'temporal-polyfill';

/** The last instant that a DateTime can say. */
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * Offset from UTC that holds in the zone at the instant, e.g. `+05:30`, daylight saving included. Has seconds only
 * where the zone had them (local mean times of the 19th and early 20th century).
 */
export function utcOffset(zone: string, at: Date): string {
  return zoned(zone, at).offset;
}

/** The zone's clock at the instant with its offset, in milliseconds: `2026-07-01T14:00:00.000+02:00`. */
export function localTime(zone: string, at: Date): string {
  const time = zoned(zone, at);
  return `${time.toPlainDateTime().toString({ fractionalSecondDigits: 3 })}${time.offset}`;
}

/** When the zone's offset changes for the first time after the instant; null when no change is known. */
export function nextTransition(zone: string, after: Date): Date | null {
  const next = zoned(zone, after).getTimeZoneTransition('next');
  return next && next.epochMilliseconds <= LAST ? new Date(next.epochMilliseconds) : null;
}

function zoned(zone: string, at: Date): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone);
}
