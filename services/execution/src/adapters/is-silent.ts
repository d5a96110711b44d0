import type { Clock } from '@algo/bus';
import { type TimeUs, US_PER_MS } from '@algo/model';

/** How often to look, and what each look that finds silence counts for. *Units*: wall ms. */
export const LOOK_EVERY_MS = 5_000;
const SILENCE_MAX_MS = 10_000;

/**
 * Returns whether by the wall no feed has told the time for too long: event time wakes nobody when it stands
 * still, and orders and books must be looked at all the same. *Units*: `sinceWallUs` µs, when a time was told
 * last; 0 before any was.
 */
export function isSilent(clock: Pick<Clock, 'nowMs'>, sinceWallUs: TimeUs): boolean {
  return clock.nowMs() - sinceWallUs / US_PER_MS > SILENCE_MAX_MS;
}
