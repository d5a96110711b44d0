import type { TimeUs } from './time.ts';

/**
 * What of an instrument's feed somebody may get later, and all at once: nothing follows from it but the sign
 * that somebody lives, which is wanted no sooner than who reads it takes something.
 * *Units*: µs; quote. *Shape*: times told before `untilUs`; and trades before it, at prices above `above` and
 * below `below`, neither included.
 */
export interface Quiet {
  readonly untilUs: TimeUs;
  readonly above: number;
  readonly below: number;
}

/** Nothing follows from any trade or time. */
export const ALWAYS_QUIET: Quiet = {
  untilUs: Number.POSITIVE_INFINITY,
  above: 0,
  below: Number.POSITIVE_INFINITY,
};

/** Something may follow from each trade and each time. */
export const NEVER_QUIET: Quiet = {
  untilUs: Number.NEGATIVE_INFINITY,
  above: Number.POSITIVE_INFINITY,
  below: 0,
};

/** Returns whether the same is quiet by both. */
export function isSameQuiet(a: Quiet, b: Quiet): boolean {
  return a.untilUs === b.untilUs && a.above === b.above && a.below === b.below;
}

/** Returns what is quiet by both. */
export function quietInBoth(a: Quiet, b: Quiet): Quiet {
  return {
    untilUs: Math.min(a.untilUs, b.untilUs),
    above: Math.max(a.above, b.above),
    below: Math.min(a.below, b.below),
  };
}

/** Returns whether a trade is quiet. */
export function isQuiet({ untilUs, above, below }: Quiet, timeUs: TimeUs, price: number): boolean {
  return timeUs < untilUs && price > above && price < below;
}
