import { type InstrumentId, type TimeAdvanced, type TimeUs, US_PER_MS } from '@algo/model';

/** The feed that a recording is. */
export const FEED = 'file';
/** A feed says its time on this grid, as live. */
export const GRID_US = 250 * US_PER_MS;
const NOBODY: readonly InstrumentId[] = [];

/** What a recording says of its time: it is never behind, and knows no wall. */
export function timeAt(toldUs: TimeUs): TimeAdvanced {
  const [type, feed, behind] = ['TimeAdvanced', FEED, NOBODY] as const;
  return { type, feed, toldUs, sureUs: toldUs, behind, wallUs: 0, speed: 1, warm: false };
}

/** Returns the last time of a grid at or before a moment. */
export function gridAt(timeUs: TimeUs, gridUs: number): TimeUs {
  return Math.floor(timeUs / gridUs) * gridUs;
}

/** Returns the last time of a grid before a moment. */
export function gridBefore(timeUs: TimeUs, gridUs: number): TimeUs {
  return Math.ceil(timeUs / gridUs) * gridUs - gridUs;
}
