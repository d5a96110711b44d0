import type { FeedEvent, InstrumentId } from '@algo/model';
import type { Slice } from './slicer.ts';

/**
 * A slice with what the source itself had to say in it. `warm` slices are given out without waiting for their
 * time.
 */
export interface RecordedSlice extends Slice {
  readonly notices: readonly FeedEvent[];
  readonly warm: boolean;
}

/**
 * Recorded or made-up trades, slice by slice, the same at every reading. Made again from its snapshot it goes
 * on there.
 */
export interface RecordedFeed extends AsyncDisposable {
  readonly instruments: readonly InstrumentId[];
  /** Returns the next slice; undefined when there are no more. Steps strictly increase. */
  next(): Promise<RecordedSlice | undefined>;
  /** Returns where it stands: after the last slice that `next` returned. */
  snapshot(): Uint8Array;
}
