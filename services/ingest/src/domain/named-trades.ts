import type { FeedEvent, FeedGap, GapReasonCode, InstrumentId, TimeUs, TradeColumns } from '@algo/model';
import { US_PER_SECOND } from '@algo/model';
import { HOLE_WAIT_MAX_MS, NAMES_MAX, WAITING_ROWS_MAX } from './bounds.ts';

/** A name is remembered as long as its trade is younger, or was among the last two pages. */
const REMEMBERED_US = 60 * US_PER_SECOND;

/** One trade of a venue that names its trades. */
export interface NamedTrade {
  readonly name: string;
  readonly timeUs: TimeUs;
  readonly price: number;
  readonly quantity: number;
  readonly side: number;
}

/** *Shape*: `isBehindHole`: trades before this one are lost. */
export type NamedWord =
  | { readonly type: 'released'; readonly trade: NamedTrade; readonly isBehindHole: boolean }
  | { readonly type: 'repeated'; readonly trade: NamedTrade }
  | { readonly type: 'gap'; readonly event: FeedEvent };

/** Returns the rows of a batch one by one. *Shape*: its ids are names. */
export function namedTradesOf({ count, timeUs, price, quantity, side, ids }: TradeColumns): NamedTrade[] {
  return Array.from({ length: count }, (_, i) => ({
    ...{ name: String(ids.values[i]), timeUs: timeUs[i]!, price: price[i]! },
    ...{ quantity: quantity[i]!, side: side[i]! },
  }));
}

/**
 * The trades of one instrument whose ids are names, each once. Names have no order, so that nothing can be
 * missed by them: instead each connection is joined to the one before by the venue's newest page, which must
 * hold a trade that we have. Until it has come, what is heard waits. Times are given, none is taken.
 */
export class NamedTrades {
  readonly #instrument: InstrumentId;
  readonly #pageRows: number;
  /** Names of released trades with their times, oldest first. */
  readonly #known = new Map<string, TimeUs>();
  #lastUs: TimeUs = 0;
  /** What was heard since a connection that is not joined yet, and since when. */
  #waiting: { readonly trades: NamedTrade[]; readonly sinceMs: number } | undefined;
  #isBehindHole = false;
  #words: NamedWord[] = [];

  /** `pageRows`: trades in the venue's newest page, at most. */
  constructor(instrument: InstrumentId, pageRows: number) {
    this.#instrument = instrument;
    this.#pageRows = pageRows;
  }

  /** Trades wait for the page that joins them to those before. */
  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  /** Names that are remembered. */
  get remembered(): number {
    return this.#known.size;
  }

  /** A connection was made: what it brings waits until it is joined. *Units*: `nowMs` monotonic. */
  connected(nowMs: number): void {
    this.#waiting ??= { trades: [], sinceMs: nowMs };
  }

  /** Takes trades as they are heard. */
  hear(trades: readonly NamedTrade[]): void {
    if (this.#waiting === undefined) for (const trade of trades) this.#release(trade);
    else {
      this.#waiting.trades.push(...trades);
      if (this.#waiting.trades.length > WAITING_ROWS_MAX)
        this.#giveUp('BOUND', `more than ${WAITING_ROWS_MAX} trades waited for the venue's newest page`);
    }
  }

  /** Takes the venue's newest page, oldest first, asked for after the connection was made. */
  page(trades: readonly NamedTrade[]): void {
    if (this.#waiting === undefined) return;
    const isJoined = this.#lastUs === 0 || trades.some(({ name }) => this.#known.has(name));
    if (!isJoined) {
      const toUs = trades[0]?.timeUs ?? this.#waiting.trades[0]?.timeUs ?? this.#lastUs;
      this.#gap(toUs, 'NO_OVERLAP', 'the newest page of the venue holds no trade that we have');
    }
    for (const trade of trades) if (!this.#known.has(trade.name)) this.#release(trade);
    this.#goOn();
  }

  /** The wall went on: a page that does not come is not waited for. *Units*: `nowMs` monotonic. */
  goOn(nowMs: number): void {
    if (this.#waiting !== undefined && nowMs - this.#waiting.sinceMs >= HOLE_WAIT_MAX_MS)
      this.#giveUp('TIMEOUT', `the venue's newest page did not come within ${HOLE_WAIT_MAX_MS} ms`);
  }

  /** Returns what is to be said since the last call. */
  take(): NamedWord[] {
    const words = this.#words;
    this.#words = [];
    return words;
  }

  #giveUp(code: GapReasonCode, reason: string): void {
    if (this.#lastUs > 0) this.#gap(this.#waiting?.trades[0]?.timeUs ?? this.#lastUs, code, reason);
    this.#goOn();
  }

  #goOn(): void {
    const waited = this.#waiting?.trades ?? [];
    this.#waiting = undefined;
    this.hear(waited);
  }

  #release(trade: NamedTrade): void {
    if (this.#known.has(trade.name)) {
      this.#words.push({ type: 'repeated', trade });
      return;
    }
    this.#known.set(trade.name, trade.timeUs);
    this.#lastUs = Math.max(this.#lastUs, trade.timeUs);
    this.#words.push({ type: 'released', trade, isBehindHole: this.#isBehindHole });
    this.#isBehindHole = false;
    for (const [name, timeUs] of this.#known) {
      const { size } = this.#known;
      if (size <= 2 * this.#pageRows || (size <= NAMES_MAX && this.#lastUs - timeUs <= REMEMBERED_US)) return;
      this.#known.delete(name);
    }
  }

  #gap(toUs: TimeUs, code: GapReasonCode, reason: string): void {
    this.#isBehindHole = true;
    const range = {
      kind: 'time',
      fromUs: this.#lastUs,
      toUs: Math.max(toUs, this.#lastUs),
      ids: null,
    } as const;
    const gap: FeedGap = { instrument: this.#instrument, ...range, timeUs: range.toUs };
    this.#words.push({ type: 'gap', event: { type: 'GapOpened', ...gap, missing: 0 } });
    this.#words.push({ type: 'gap', event: { type: 'GapUnfillable', ...gap, missing: 0, code, reason } });
  }
}
