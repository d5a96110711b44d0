import { type FeedEvent, InputError, type InstrumentId, type TimeUs } from '@algo/model';
import type { RawTrades } from './raw-trades.ts';

/** Rows of one instrument in one stretch, at most about; the rest comes in the next ones. */
export const STRETCH_ROWS_MAX = 65_536;

/**
 * All rows up to a time, exclusive, that were not given before, and what the source itself has to say among
 * them.
 * *Shape*: `untilUs` is what was asked for, or less when there is much.
 */
export interface Stretch {
  readonly untilUs: TimeUs;
  readonly parts: readonly (RawTrades | FeedEvent)[];
}

/**
 * Recorded or made-up trades, the same at every reading, in stretches as long as the reader likes. Made again
 * from its snapshot it goes on there.
 */
export interface RecordedFeed extends AsyncDisposable {
  readonly instruments: readonly InstrumentId[];
  /** Everything before this time was given; at first, where it begins. */
  readonly givenUs: TimeUs;
  /** What is before this time is history to warm indicators up with. */
  readonly warmUntilUs: TimeUs;
  /** Returns the next stretch; undefined when there are no more rows. */
  next(untilUs: TimeUs): Promise<Stretch | undefined>;
  /** Returns where it stands: after the last stretch that `next` returned. */
  snapshot(): string;
}

const VERSION = 2;

interface Sealed<State> {
  readonly version: number;
  readonly name: string;
  readonly state: State;
}

/** Returns a feed's state as text, with what feed it is of. */
export function sealFeedState<State>(name: string, state: State): string {
  const sealed: Sealed<State> = { version: VERSION, name, state };
  return JSON.stringify(sealed);
}

/** Returns the state of the feed of this name. *Errors*: InputError when it is of another feed or build. */
export function openFeedState<State>(name: string, text: string): State {
  const sealed = JSON.parse(text) as Sealed<State>;
  if (sealed.version !== VERSION || sealed.name !== name)
    throw new InputError({
      field: '--feed',
      value: name,
      because: `this data directory is in the middle of another feed: ${sealed.name}`,
      remedy: 'Go on with that one, or use a fresh data directory.',
    });
  return sealed.state;
}
