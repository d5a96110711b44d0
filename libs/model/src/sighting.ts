import type { TimeUs } from './time.ts';

/**
 * What a reading of a venue's books comes to beside an earlier one that showed the same. `nothing`: it proves
 * nothing by itself; `first`: it may be found again; `again`: two moments of the venue agree.
 */
export type Sighting = 'nothing' | 'first' | 'again';

/** What a sighting must reach. *Units*: µs of the venue's clock. */
export interface SightingTerms {
  /** The newest moment that is known to have changed what was read: books from before it say nothing. */
  readonly changedUs: TimeUs;
  /** How old a read may be at most. */
  readonly staleUs: number;
}

/**
 * Returns what a reading proves that shows the venue's books as of a moment of the venue's own clock, null
 * where it does not say; `firstUs` is that of an earlier reading that showed the same, null where there was
 * none. Two answers are not two readings: a replica that stands still gives one moment twice. So the second
 * counts once the venue's clock has moved on by as much as a read may be old, and then it shows something
 * behind the first, however old it is itself; and the first counts once it reaches what we know to have
 * changed. *Units*: µs. *Source*: reference exchanges, proof of absence.
 */
export function sightingOf(
  shownUs: TimeUs | null,
  firstUs: TimeUs | null,
  { changedUs, staleUs }: SightingTerms,
): Sighting {
  if (firstUs !== null && firstUs >= changedUs)
    return shownUs !== null && shownUs - firstUs >= staleUs ? 'again' : 'nothing';
  return shownUs !== null && shownUs >= changedUs ? 'first' : 'nothing';
}
