import type { Clock } from '@algo/bus';
import { type TimeUs, US_PER_MS } from '@algo/model';

/** How often to look. *Units*: wall ms. */
export const LOOK_EVERY_MS = 5_000;
const SILENCE_MAX_MS = 10_000;

/**
 * Returns whether by the wall no feed has told the time for too long while orders are open: event time
 * wakes nobody when it stands still, and the venue must be asked about them all the same. *Units*:
 * `sinceWallUs` µs, when a time was last told; undefined while nothing is awaited.
 */
export function isSilent(clock: Pick<Clock, 'nowMs'>, sinceWallUs: TimeUs | undefined): boolean {
  return sinceWallUs !== undefined && clock.nowMs() - sinceWallUs / US_PER_MS > SILENCE_MAX_MS;
}
