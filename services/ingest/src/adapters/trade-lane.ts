import {
  type FeedEvent,
  type FeedTraits,
  type Instrument,
  sliceTrades,
  type TimeUs,
  type TradeColumns,
  type TradeOrigin,
} from '@algo/model';
import type { BarAudit } from '../domain/bar-audit.ts';
import type { FeedClock } from '../domain/feed-clock.ts';
import { type RawTrades, sliceRaw } from '../domain/raw-trades.ts';
import type { Jump, TradeScreen } from '../domain/trade-screen.ts';
import type { FeedSpeech } from './feed-speech.ts';

/** Trades in one message at most: about 300 KB, under the server's payload limit of 1 MiB. */
export const BATCH_ROWS_MAX = 8_192;

export interface TradeLaneOptions {
  readonly instrument: Instrument;
  readonly screen: TradeScreen;
  readonly sides: FeedTraits['sides'];
  readonly clock: FeedClock;
  readonly speech: FeedSpeech;
  /** What is not above this id was stored before and isn't said again; below all ids where nothing was. */
  readonly storedId: number;
  /** Holds what is said against the venue's own bars. */
  readonly audit?: BarAudit;
  readonly monotonicMs: () => number;
  readonly wallUs: () => TimeUs;
  readonly fail: (error: Error) => void;
}

/** How rows came. *Units*: `heardMs` monotonic, when the newest was heard; undefined when it was fetched. */
interface Coming {
  readonly receivedUs: TimeUs;
  readonly origin: TradeOrigin;
  readonly heardMs: number | undefined;
}

/** One instrument's trades on their last way to the bus: what is no trade is left out, the rest is said. */
export class TradeLane {
  readonly #options: TradeLaneOptions;
  readonly #onIdle: () => void;
  #underWay = 0;
  /** The next batch has a hole before it. */
  #isBehindHole = false;
  #isClosed = false;

  /** `onIdle` is called when all that was said is stored. */
  constructor(options: TradeLaneOptions, onIdle: () => void = () => undefined) {
    this.#options = options;
    this.#onIdle = onIdle;
  }

  get screen(): TradeScreen {
    return this.#options.screen;
  }

  /** Nothing that was said is still on its way. */
  get isIdle(): boolean {
    return this.#underWay === 0;
  }

  /** Says rows of a recording: what it lacks, nobody has. */
  give(raw: RawTrades, warm: boolean): void {
    const { instrument, monotonicMs, screen } = this.#options;
    const origin = warm ? 'warm-up' : 'live';
    const coming: Coming = { receivedUs: 0, origin, heardMs: monotonicMs() };
    let rest = raw;
    for (let jump = this.pass(rest, coming); jump !== undefined; jump = this.pass(rest, coming)) {
      const { row, fromTradeId, toTradeId, timeUs } = jump;
      const missing = toTradeId - fromTradeId + 1;
      const range = { kind: 'ids', fromUs: screen.lastTimeUs, toUs: timeUs } as const;
      const ids = { fromTradeId, toTradeId };
      const gap = { instrument: instrument.id, ...range, ids, missing, timeUs };
      this.#sayNew({ type: 'GapOpened', ...gap });
      screen.skipTo(toTradeId + 1);
      const reason = 'the recording lacks these trades';
      this.#sayNew({ type: 'GapUnfillable', ...gap, code: 'NO_REST', reason });
      rest = sliceRaw(rest, row, rest.count);
      // The trade behind a hole that an earlier life came to is stored, with its mark.
      if (toTradeId >= this.#options.storedId) this.skipHole();
    }
  }

  /** Says the rows up to the first jump of ids, which it returns, and what is wrong with them. */
  pass(raw: RawTrades, coming: Coming): Jump | undefined {
    const { clock, instrument, monotonicMs, screen, storedId, wallUs } = this.#options;
    const { heardMs, origin } = coming;
    const isHistory = origin === 'warm-up';
    const latestUs = isHistory
      ? Number.POSITIVE_INFINITY
      : clock.latestUs(heardMs ?? monotonicMs(), wallUs());
    const { trades, events, jump } = screen.screen(raw, latestUs);
    this.#sayTrades(newerThan(trades, storedId), coming);
    for (const event of events) this.#sayNew(event);
    if (trades.count > 0) clock.heard(instrument.id, screen.lastTimeUs, heardMs);
    return jump;
  }

  /** Trades before those that pass next are lost. */
  skipHole(): void {
    this.#isBehindHole = true;
  }

  /** Says something of the feed. */
  say(event: FeedEvent): void {
    this.#speak((speech) => speech.say(event.type, event));
  }

  /** Says nothing any more. */
  close(): void {
    this.#isClosed = true;
  }

  #sayTrades(trades: TradeColumns, { receivedUs, origin }: Coming): void {
    const { audit, sides } = this.#options;
    audit?.trades(trades, this.#isBehindHole);
    for (let from = 0; from < trades.count; from += BATCH_ROWS_MAX) {
      const part = sliceTrades(trades, from, Math.min(trades.count, from + BATCH_ROWS_MAX));
      const complete = !this.#isBehindHole;
      this.#isBehindHole = false;
      this.#speak((speech) =>
        speech.say('TradeBatch', { trades: part, receivedUs, complete, origin, sides }),
      );
    }
  }

  /**
   * Says what was found in the trades, but for what an earlier life has said with the trades that are stored.
   */
  #sayNew(event: FeedEvent): void {
    if (this.#options.screen.lastId > this.#options.storedId) this.say(event);
  }

  #speak(say: (speech: FeedSpeech) => Promise<void>): void {
    if (this.#isClosed) return;
    this.#underWay++;
    say(this.#options.speech).then(
      () => {
        this.#underWay--;
        if (this.#underWay === 0) this.#onIdle();
      },
      (error: unknown) => this.#options.fail(error as Error),
    );
  }
}

/** Returns the rows whose ids are above one; ids rise. */
function newerThan(trades: TradeColumns, id: number): TradeColumns {
  const ids = trades.ids.values;
  if (trades.count === 0 || Number(ids[0]) > id) return trades;
  let from = 0;
  while (from < trades.count && Number(ids[from]) <= id) from++;
  return sliceTrades(trades, from, trades.count);
}
