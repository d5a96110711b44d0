import {
  BUY,
  type FeedTraits,
  type Instrument,
  type InstrumentId,
  type TradeColumns,
  US_PER_MS,
} from '@algo/model';
import type { MarketDataFeed, MarketDataSink } from '@algo/venues';
import { FeedRun } from '../feed-run.ts';
import { ManualClock } from './manual-clock.ts';
import { MemorySpeech } from './memory-speech.ts';

/** The market's time when the wall's is WALL_MS. */
export const T0_US = 1_750_507_467_000_000;
export const WALL_MS = 1_800_000_000_000;

/** A feed whose sink is in the test's hand. */
export class HandFeed implements MarketDataFeed {
  readonly name = 'hand';
  readonly traits: FeedTraits = {
    ...{ completeness: 'complete-by-id', sides: 'told', ids: 'counted' },
    ...{ rowsSpanIds: false, mergedUs: 0 },
  };
  sink: MarketDataSink | undefined;
  /** What was asked for: the instrument and the id, or `newest`. */
  readonly asked: [InstrumentId, number | 'newest'][] = [];
  /** How it is answered; never, unless the test says how. */
  answer: (instrument: InstrumentId, id: number) => Promise<TradeColumns> = () =>
    new Promise(() => undefined);
  tradesFrom?: (instrument: Instrument, id: number) => Promise<TradeColumns>;
  newestId?: (instrument: Instrument) => Promise<number>;

  readonly #clock: ManualClock;

  constructor(canAsk: boolean, clock: ManualClock) {
    this.#clock = clock;
    if (!canAsk) return;
    this.tradesFrom = ({ id: instrument }, id) => {
      this.asked.push([instrument, id]);
      return this.answer(instrument, id);
    };
    this.newestId = ({ id: instrument }) => {
      this.asked.push([instrument, 'newest']);
      return new Promise(() => undefined);
    };
  }

  open(_instruments: readonly Instrument[], sink: MarketDataSink): void {
    this.sink = sink;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /** Trades happen when they are heard. */
  hear(id: InstrumentId, ...trades: readonly number[]): void {
    this.sink!.trades(this.page(id, trades));
  }

  /** Returns trades of these ids, that happen now. */
  page(instrument: InstrumentId, trades: readonly number[]): TradeColumns {
    const ids = Float64Array.from(trades);
    const ones = new Float64Array(ids.length).fill(1);
    return {
      instrument,
      count: ids.length,
      timeUs: ids.map(() => T0_US + (this.#clock.nowMs() - WALL_MS) * US_PER_MS),
      price: ones,
      quantity: ones,
      side: new Uint8Array(ids.length).fill(BUY),
      ids: { kind: 'counted', values: ids },
    };
  }
}

/** Returns a live run whose feed and clock are in the test's hand, all connected. */
export async function byHand(
  canAsk: boolean,
  instruments: readonly Instrument[],
  speed = 1,
  isHeld: (instrument: InstrumentId) => boolean = () => false,
) {
  const clock = new ManualClock(WALL_MS);
  const feed = new HandFeed(canAsk, clock);
  const speech = new MemorySpeech();
  const options = { name: 'hand', speech, clock, monotonicMs: () => clock.nowMs(), speed, isHeld };
  const run = await FeedRun.live(options, feed, instruments);
  feed.sink!.connected(instruments.map(({ id }) => id));
  return { feed, speech, clock, run, stored: speech.stored };
}
