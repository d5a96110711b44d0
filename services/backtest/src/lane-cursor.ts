import type { Fact } from '@algo/contracts';
import { type InstrumentId, isQuiet, NEVER_QUIET, sliceTrades, TIMEFRAME_US, type TimeUs } from '@algo/model';
import type { Hosted } from '@algo/runtime';
import { emptyTrades, rowAfter, type TapeRows } from './tape.ts';

/** Returns the state that a fact was said with; undefined for those that carry none. */
export function stateIn({ name, body }: Fact) {
  if (name === 'MarketStateChanged') return body;
  return name === 'SignalGenerated' || name === 'MarketStateUpdated' ? body.state : undefined;
}

/** Where one instrument's rows of the present stretch stand. */
export class LaneCursor {
  readonly instrument: InstrumentId;
  /** Of analytics, who takes its trades first; and who takes them behind. */
  readonly analytics: readonly Hosted[];
  readonly readers: readonly Hosted[];
  #rows: TapeRows;
  /** Rows of the stretches before. */
  #before = 0;
  /** Rows that analytics has. */
  #ahead = 0;
  #reached = 0;
  #owed: { readonly from: number; readonly to: number; readonly batch: Fact } | undefined;
  lastUs: TimeUs = 0;
  /** Which of its rows count for nobody behind. */
  quiet = NEVER_QUIET;

  /** `readersOf` returns who reads a fact of the feed. */
  constructor(
    instrument: InstrumentId,
    readersOf: (fact: Fact) => readonly Hosted[],
    analytics: readonly Hosted[],
  ) {
    this.instrument = instrument;
    this.#rows = { trades: emptyTrades(instrument, 0), holes: [] };
    const readers = readersOf(this.batch(0, 0, true));
    this.analytics = readers.filter((reader) => analytics.includes(reader));
    this.readers = readers.filter((reader) => !analytics.includes(reader));
  }

  /** All trades of the instrument so far. */
  get trades(): number {
    return this.#before + this.#ahead;
  }

  get rows() {
    return this.#rows.trades;
  }

  /** When the next row for analytics was traded; Infinity behind the last. */
  get aheadUs(): TimeUs {
    return this.#timeUs(this.#ahead);
  }

  /** Rows that the others have come to. */
  get reached(): number {
    return this.#reached;
  }

  /** When the next row that the others come to was traded; Infinity behind the last. */
  get nextUs(): TimeUs {
    return this.#timeUs(this.#reached);
  }

  /** Returns the first row not reached yet, up to one, that is not quiet. */
  loudRow(lastRow: number): number | undefined {
    const { timeUs, price } = this.rows;
    const { quiet } = this;
    for (let row = this.#reached; row <= lastRow; row++)
      if (!isQuiet(quiet, timeUs[row]!, price[row]!)) return row;
    return undefined;
  }

  /** As `loudRow`, up to the end of a moment. */
  loudUntil(lastUs: TimeUs): number | undefined {
    return this.nextUs <= lastUs ? this.loudRow(rowAfter(this.rows, this.#reached, lastUs) - 1) : undefined;
  }

  /** The others have come to so many rows. */
  reach(rows: number): void {
    this.#reached = Math.max(this.#reached, rows);
  }

  /** The others have come to the end of a moment. */
  reachUntil(timeUs: TimeUs): void {
    if (this.nextUs <= timeUs) this.#reached = rowAfter(this.rows, this.#reached, timeUs);
  }

  take(rows: TapeRows): void {
    this.#before += this.#rows.trades.count;
    this.#rows = rows;
    this.#ahead = 0;
    this.#reached = 0;
    this.#owed = undefined;
    if (rows.trades.count > 0) this.lastUs = rows.trades.timeUs[rows.trades.count - 1]!;
  }

  /** Returns the next rows for analytics up to a moment, `rowsMax` at most; undefined when there are none. */
  cut(untilUs: TimeUs, rowsMax: number): Fact | undefined {
    const from = this.#ahead;
    const end = Math.min(rowAfter(this.rows, from, untilUs), from + rowsMax);
    if (end === from) return undefined;
    const { holes } = this.#rows;
    const complete = !holes.includes(from);
    // A row behind a hole goes alone: a batch that misses trades is one.
    this.#ahead = complete ? Math.min(end, holes.find((row) => row > from) ?? end) : from + 1;
    return this.batch(from, this.#ahead, complete);
  }

  batch(from: number, to: number, complete: boolean): Fact {
    const trades = sliceTrades(this.rows, from, to);
    return { name: 'TradeBatch', body: { trades, receivedUs: 0, complete, origin: 'live', sides: 'told' } };
  }

  /** Returns the rows from one on that the others have come to: one batch for all who miss the same. */
  owed(from: number, to: number): Fact {
    if (this.#owed?.from !== from || this.#owed.to !== to)
      this.#owed = { from, to, batch: this.batch(from, to, true) };
    return this.#owed.batch;
  }

  /** Returns the row of this stretch that a fact came of: the one behind the last that its state counts. */
  rowOf(fact: Fact): number {
    // That an order is over, or a bar, is known by the trade behind it, and told before that trade counts.
    const state = stateIn(fact);
    if (state !== undefined) return state.trades - this.#before;
    if (fact.name !== 'CandleClosed') throw new Error(`${fact.name} does not say which trade it came after`);
    const { openTimeUs, timeframe } = fact.body;
    return rowAfter(this.rows, this.#reached, openTimeUs + TIMEFRAME_US[timeframe] - 1);
  }

  #timeUs(row: number): TimeUs {
    const { timeUs, count } = this.rows;
    return row < count ? timeUs[row]! : Number.POSITIVE_INFINITY;
  }
}
