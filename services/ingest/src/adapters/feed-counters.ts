import type { SequencerCounters } from '../domain/sequencer-words.ts';
import type { ScreenCounters } from '../domain/trade-screen.ts';

/** Numbers of a run for the status table. *Units*: `eventTimeMs` told time. */
export interface FeedCounters
  extends Omit<ScreenCounters, 'refused'>,
    SequencerCounters,
    Readonly<Record<string, number>> {
  readonly refused: number;
  readonly duplicates: number;
  readonly tradesIn: number;
  readonly malformed: number;
  readonly dropped: number;
  readonly eventTimeMs: number;
}
