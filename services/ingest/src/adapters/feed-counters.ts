import { refusedIn } from '@algo/model';
import type { SequencerCounters } from '../domain/sequencer-words.ts';
import type { ScreenCounters } from '../domain/trade-screen.ts';
import type { LiveLane } from './live-lane.ts';
import type { TradeLane } from './trade-lane.ts';

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

/** Returns what the lanes of a run have counted; `live` are those of them that are heard. */
export function laneCounters(lanes: readonly TradeLane[], live: readonly LiveLane[]) {
  const sum = (of: (lane: TradeLane) => number) => lanes.reduce((all, lane) => all + of(lane), 0);
  const heard = (of: (lane: LiveLane) => number) => live.reduce((all, lane) => all + of(lane), 0);
  const sequenced = (name: keyof LiveLane['counters']) => heard(({ counters }) => counters[name]);
  return {
    accepted: sum(({ screen }) => screen.counters.accepted),
    refused: sum(({ screen }) => refusedIn(screen.counters.refused)),
    duplicates: sum(({ screen }) => screen.counters.refused.DUPLICATE_ID ?? 0),
    gaps: sum(({ screen }) => screen.counters.gaps) + sequenced('gaps'),
    missing: sum(({ screen }) => screen.counters.missing) + sequenced('missing'),
    absent: sequenced('absent'),
    late: sequenced('late'),
    conflicts: sequenced('conflicts'),
    reordered: sequenced('reordered'),
    waiting: sequenced('waiting'),
    barsCompared: sequenced('barsCompared'),
    barsDiffer: sequenced('barsDiffer'),
    dropped: heard(({ dropped }) => dropped),
  };
}
