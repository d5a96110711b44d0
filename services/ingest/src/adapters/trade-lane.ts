import {
  type FeedEvent,
  type Instrument,
  SIDE_UNREADABLE,
  sliceTrades,
  type TimeUs,
  type TradeColumns,
} from '@algo/model';
import type { FeedClock } from '../domain/feed-clock.ts';
import { type RawTrades, rawOf, sliceRaw } from '../domain/raw-trades.ts';
import type { Jump, TradeScreen } from '../domain/trade-screen.ts';
import type { FeedSpeech } from './feed-speech.ts';
import { GAP_TRADES_MAX, type GapFiller } from './gap-filler.ts';
import { RawTradesBuilder } from './raw-trades-builder.ts';

/** Trades in one message at most: about 300 KB, under the server's payload limit of 1 MiB. */
export const BATCH_ROWS_MAX = 8_192;
/**
 * Trades that wait for the bus, of one instrument; what comes on top is dropped, and its ids then open a gap.
 */
export const GATHERED_MAX = 200_000;
/** Trades that wait behind an open gap, and how long; then the gap is given up. */
export const HELD_ROWS_MAX = 200_000;
export const HOLD_MAX_MS = 30_000;

export interface TradeLaneOptions {
  readonly instrument: Instrument;
  readonly screen: TradeScreen;
  readonly clock: FeedClock;
  readonly speech: FeedSpeech;
  /** Absent where the feed has no way to fetch missed trades: `unfillable` says so. */
  readonly filler: GapFiller | undefined;
  readonly unfillable: string;
  /** What is not above this id was stored before and isn't said again; below all ids where nothing was. */
  readonly storedId: number;
  readonly monotonicMs: () => number;
  readonly wallUs: () => TimeUs;
  readonly fail: (error: Error) => void;
}

interface Heard {
  readonly raw: RawTrades;
  readonly receivedUs: TimeUs;
  readonly warm: boolean;
  /** When the newest of them was heard, monotonic. */
  readonly heardMs: number;
}

/** An open gap that is being filled, and what came behind it meanwhile. */
interface Hold {
  readonly jump: Jump;
  readonly sinceMs: number;
  readonly missingBefore: number;
  readonly waiting: Heard[];
  rows: number;
}

/**
 * One instrument's trades on their way to the bus: screened, with gaps filled where that can be done. While
 * batches are on their way the next one gathers, so that a batch is one trade when it is quiet and many when
 * it is busy.
 */
export class TradeLane {
  readonly #options: TradeLaneOptions;
  readonly #gathered = new RawTradesBuilder();
  #receivedUs: TimeUs = 0;
  #isScheduled = false;
  #underWay = 0;
  #hold: Hold | undefined;
  /** The next batch has a hole before it. */
  #isBehindHole = false;
  #dropped = 0;
  #heardMs = 0;
  #isClosed = false;

  constructor(options: TradeLaneOptions) {
    this.#options = options;
  }

  get screen(): TradeScreen {
    return this.#options.screen;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** Takes trades as they are heard. */
  hear(trades: TradeColumns): void {
    if (this.#gathered.count + trades.count > GATHERED_MAX) {
      this.#dropped += trades.count;
      return;
    }
    if (this.#gathered.count === 0) this.#receivedUs = this.#options.wallUs();
    this.#heardMs = this.#options.monotonicMs();
    const { timeUs, price, quantity, side } = trades;
    const ids = trades.ids.values;
    for (let i = 0; i < trades.count; i++)
      this.#gathered.append(timeUs[i]!, price[i]!, quantity[i]!, side[i] ?? SIDE_UNREADABLE, Number(ids[i]));
    this.#sayGatheredSoon();
  }

  /** Takes rows of a recording, to be said at once. */
  give(raw: RawTrades, warm: boolean): void {
    this.#pass({ raw, receivedUs: 0, warm, heardMs: this.#options.monotonicMs() });
  }

  /** Says something of the feed, behind the trades that were heard before it. */
  say(event: FeedEvent): void {
    this.sayGathered();
    this.#speak((speech) => speech.say(event.type, event));
  }

  /** Says all that was heard, however much is on its way already. */
  sayGathered(): void {
    if (this.#gathered.count === 0) return;
    const raw = this.#gathered.take(this.#options.instrument.id, true);
    this.#pass({ raw, receivedUs: this.#receivedUs, warm: false, heardMs: this.#heardMs });
  }

  /** Looks whether an open gap has been waited for long enough. */
  look(): void {
    const hold = this.#hold;
    if (hold !== undefined && this.#options.monotonicMs() - hold.sinceMs > HOLD_MAX_MS)
      this.#release(hold, `not fetched within ${HOLD_MAX_MS} ms`);
  }

  /** Says nothing any more. */
  close(): void {
    this.#isClosed = true;
  }

  #sayGatheredSoon(): void {
    if (this.#isScheduled || this.#underWay > 0) return;
    this.#isScheduled = true;
    // What this turn of the event loop still brings travels along.
    setImmediate(() => {
      this.#isScheduled = false;
      this.sayGathered();
    });
  }

  #pass(heard: Heard): void {
    for (let rest: Heard | undefined = heard; rest !== undefined; ) {
      if (this.#hold !== undefined) {
        this.#wait(this.#hold, rest);
        return;
      }
      const jump: Jump | undefined = this.#screen(rest);
      rest = jump && restOf(rest, jump);
      if (jump !== undefined) this.#openGap(jump);
    }
  }

  /** Says the rows up to the first jump, and what is wrong with them. */
  #screen(heard: Heard): Jump | undefined {
    const { clock, instrument, screen, storedId, wallUs } = this.#options;
    const latestUs = heard.warm ? Number.POSITIVE_INFINITY : clock.latestUs(heard.heardMs, wallUs());
    const { trades, events, jump } = screen.screen(heard.raw, latestUs);
    this.#sayTrades(newerThan(trades, storedId), heard);
    for (const event of events) this.#sayNew(event);
    if (trades.count > 0) clock.heard(instrument.id, screen.lastTimeUs, heard.heardMs);
    return jump;
  }

  #sayTrades(trades: TradeColumns, { receivedUs, warm }: Heard): void {
    for (let from = 0; from < trades.count; from += BATCH_ROWS_MAX) {
      const part = sliceTrades(trades, from, Math.min(trades.count, from + BATCH_ROWS_MAX));
      const complete = !this.#isBehindHole;
      this.#isBehindHole = false;
      this.#speak((speech) => speech.say('TradeBatch', { trades: part, receivedUs, complete, warm }));
    }
  }

  #openGap(jump: Jump): void {
    const { clock, filler, instrument, monotonicMs, screen, unfillable } = this.#options;
    const { fromTradeId, toTradeId, timeUs } = jump;
    const missing = toTradeId - fromTradeId + 1;
    const gap = { instrument: instrument.id, fromTradeId, toTradeId, missing, timeUs };
    this.#sayNew({ type: 'GapOpened', ...gap });
    if (filler === undefined || missing > GAP_TRADES_MAX) {
      screen.skipTo(toTradeId + 1);
      this.#isBehindHole = true;
      const reason = filler === undefined ? unfillable : `more than ${GAP_TRADES_MAX} trades are missing`;
      this.#sayNew({ type: 'GapUnfillable', ...gap, reason });
      return;
    }
    clock.gapOpened(instrument.id);
    const missingBefore = screen.counters.missing;
    const hold: Hold = { jump, sinceMs: monotonicMs(), missingBefore, waiting: [], rows: 0 };
    this.#hold = hold;
    const take = (page: TradeColumns) => this.#takePage(hold, page);
    void filler
      .fill({ instrument, fromTradeId, toTradeId, take })
      .then((reason) => this.#release(hold, reason ?? 'the venue has no such trades'));
  }

  #wait(hold: Hold, heard: Heard): void {
    hold.waiting.push(heard);
    hold.rows += heard.raw.count;
    if (hold.rows > HELD_ROWS_MAX) this.#release(hold, `more than ${HELD_ROWS_MAX} trades waited for it`);
  }

  /** Says what was fetched of an open gap. Returns false when nobody waits for it any more. */
  #takePage(hold: Hold, page: TradeColumns): boolean {
    if (this.#hold !== hold || this.#isClosed) return false;
    const ids = page.ids.values;
    let to = page.count;
    while (to > 0 && Number(ids[to - 1]) > hold.jump.toTradeId) to--;
    const raw = sliceRaw(rawOf(page), 0, to);
    const receivedUs = this.#options.wallUs();
    let rest: Heard = { raw, receivedUs, warm: false, heardMs: this.#options.monotonicMs() };
    for (let jump = this.#screen(rest); jump !== undefined; jump = this.#screen(rest)) {
      this.#skipTo(jump.toTradeId + 1);
      rest = restOf(rest, jump);
    }
    return true;
  }

  #skipTo(id: number): void {
    this.#options.screen.skipTo(id);
    this.#isBehindHole = true;
  }

  /** Ends a gap, filled or not, and goes on with what waited behind it. */
  #release(hold: Hold, reason: string): void {
    if (this.#hold !== hold) return;
    this.#hold = undefined;
    const { clock, instrument, screen } = this.#options;
    const { fromTradeId, toTradeId, timeUs } = hold.jump;
    if (screen.lastId < toTradeId) this.#skipTo(toTradeId + 1);
    const missing = screen.counters.missing - hold.missingBefore;
    const gap = { instrument: instrument.id, fromTradeId, toTradeId, timeUs };
    if (missing === 0) this.#sayNew({ type: 'GapFilled', ...gap, recovered: toTradeId - fromTradeId + 1 });
    else this.#sayNew({ type: 'GapUnfillable', ...gap, missing, reason });
    clock.gapClosed(instrument.id);
    for (const heard of hold.waiting) this.#pass(heard);
  }

  /**
   * Says what was found in the trades, but for what an earlier life has said with the trades that are stored.
   */
  #sayNew(event: FeedEvent): void {
    if (this.#options.screen.lastId > this.#options.storedId)
      this.#speak((speech) => speech.say(event.type, event));
  }

  #speak(say: (speech: FeedSpeech) => Promise<void>): void {
    if (this.#isClosed) return;
    this.#underWay++;
    say(this.#options.speech).then(
      () => {
        this.#underWay--;
        if (this.#underWay === 0 && this.#gathered.count > 0) this.#sayGatheredSoon();
      },
      (error: unknown) => this.#options.fail(error as Error),
    );
  }
}

function restOf(heard: Heard, { row }: Jump): Heard {
  return { ...heard, raw: sliceRaw(heard.raw, row, heard.raw.count) };
}

/** Returns the rows whose ids are above one; ids rise. */
function newerThan(trades: TradeColumns, id: number): TradeColumns {
  const ids = trades.ids.values;
  if (trades.count === 0 || Number(ids[0]) > id) return trades;
  let from = 0;
  while (from < trades.count && Number(ids[from]) <= id) from++;
  return sliceTrades(trades, from, trades.count);
}
