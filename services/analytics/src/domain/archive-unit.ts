const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A stream that was filled for less long tells little of how much it will hold. */
const SEEN_MS = HOUR_MS / 2;

/** How full a stream is. *Units*: wall ms of its oldest and newest message. */
export interface StreamFilled {
  readonly bytes: number;
  readonly bytesMax: number;
  readonly oldestMs: number;
  readonly newestMs: number;
}

/**
 * Returns what is to leave a file for the archive when it is over: hours, where the stream will hold less
 * than a day of what it is filled with, since a lost file can be filled again from no more; else days.
 */
export function archiveUnitFor({ bytes, bytesMax, oldestMs, newestMs }: StreamFilled): 'day' | 'hour' {
  const seenMs = newestMs - oldestMs;
  if (!(bytes > 0) || !(seenMs >= SEEN_MS)) return 'day';
  return (seenMs * bytesMax) / bytes < DAY_MS ? 'hour' : 'day';
}
