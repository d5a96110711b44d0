/**
 * Microseconds since 1970 UTC, as a double: exact until the year 2255. Event time, never a machine's clock.
 */
export type TimeUs = number;

export const US_PER_MS = 1_000;
export const US_PER_SECOND = 1_000_000;
export const US_PER_MINUTE = 60 * US_PER_SECOND;
export const US_PER_HOUR = 60 * US_PER_MINUTE;
export const US_PER_DAY = 24 * US_PER_HOUR;

/** Returns the ISO 8601 text of an event time, with microseconds: `2025-06-21T12:04:27.356000Z`. */
export function isoTime(timeUs: TimeUs): string {
  const ms = Math.floor(timeUs / US_PER_MS);
  const rest = timeUs - ms * US_PER_MS;
  return `${new Date(ms).toISOString().slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
}
