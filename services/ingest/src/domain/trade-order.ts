import type { GapReasonCode, TimeUs } from '@algo/model';
import type { Heard } from './hole-ledger.ts';
import type { RawTrades } from './raw-trades.ts';
import type { Question, SequencerCounters, SequencerWord } from './sequencer-words.ts';

/**
 * The trades of one instrument on their way from what is heard to what is released, each once: by ids that
 * count (`Sequencer`) or by names (`NamedTrades`). Times are given, none is taken.
 */
export interface TradeOrder {
  readonly counters: SequencerCounters;
  /** Trades wait for others. */
  readonly hasHole: boolean;
  /** Since when the oldest hole is open; infinity without one. *Units*: ms, monotonic. */
  readonly oldestHoleMs: number;
  readonly waitingRows: number;
  /** The newest trade, while it waits. */
  readonly newestWaiting: { readonly price: number; readonly timeUs: TimeUs } | undefined;
  /** A connection was made. *Units*: `nowMs` monotonic. */
  connected(nowMs: number): void;
  /** Takes trades as they are heard. */
  hear(raw: RawTrades, heard: Heard): void;
  /**
   * The wall went on: looks which holes were waited for long enough. With `canWarm` what is too long to be
   * fetched ends with a `warm` word, and nothing is taken any more. *Units*: `nowMs` monotonic.
   */
  goOn(nowMs: number, canWarm: boolean): void;
  /** Returns what the venue is to be asked now; nothing while an answer is awaited. */
  question(nowMs: number): Question | undefined;
  /** The venue was asked; an answer, or that there is none, will be told. */
  asked(): void;
  /** Takes a page of the venue's history: from an id on, or the newest one where ids are names. */
  page(fromId: number, raw: RawTrades, nowMs: number): void;
  /** The venue did not answer what it was asked, from an id on where ids count. */
  failed(fromId: number, nowMs: number, code: GapReasonCode, reason: string): void;
  /** Nobody may be asked for now; that is what to say if time runs out. */
  postponed(reason: string): void;
  /** Takes the newest id of the venue's history; undefined when it was not answered. */
  newest(id: number | undefined, nowMs: number): void;
  /** Gives the oldest hole up, so that less waits. */
  giveUpOldest(reason: string): void;
  /** Returns what is to be said since the last call. */
  take(): SequencerWord[];
}
