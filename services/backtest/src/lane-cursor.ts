import type { Fact } from '@algo/contracts';
import { type InstrumentId, sliceTrades, type TimeUs } from '@algo/model';
import type { Hosted } from '@algo/runtime';
import { rowAfter, type TapeRows } from './tape.ts';

/** Returns the state that a fact was said with; undefined for those that carry none. */
export function stateIn({ name, body }: Fact) {
  if (name === 'MarketStateUpdated') return body;
  return name === 'SignalGenerated' ? body.state : undefined;
}

/** Where one instrument's rows of the present stretch stand. */
export class LaneCursor {
  readonly instrument: InstrumentId;
  #rows: TapeRows | undefined;
  /** Rows of the stretches before. */
  #before = 0;
  /** Rows that analytics has. */
  #ahead = 0;
  /** Rows that the others have. */
  given = 0;
  /** Who these are; undefined before the first row. */
  readers: readonly Hosted[] | undefined;
  lastUs: TimeUs = 0;

  constructor(instrument: InstrumentId) {
    this.instrument = instrument;
  }

  /** All trades of the instrument so far. */
  get trades(): number {
    return this.#before + this.#ahead;
  }

  get rows() {
    return this.#rows!.trades;
  }

  /** When the next row that the others get was traded; Infinity behind the last. */
  get nextUs(): TimeUs {
    return this.given < this.rows.count ? this.timeUs(this.given) : Number.POSITIVE_INFINITY;
  }

  take(rows: TapeRows): void {
    this.#before += this.#rows?.trades.count ?? 0;
    this.#rows = rows;
    this.#ahead = 0;
    this.given = 0;
    if (rows.trades.count > 0) this.lastUs = rows.trades.timeUs[rows.trades.count - 1]!;
  }

  timeUs(row: number): TimeUs {
    return this.rows.timeUs[row]!;
  }

  /**
   * Returns the time of the row that comes `rows` behind those that analytics has; Infinity where there
   * is none.
   */
  aheadUs(rows: number): TimeUs {
    const row = this.#ahead + rows - 1;
    return row < this.rows.count ? this.timeUs(row) : Number.POSITIVE_INFINITY;
  }

  /**
   * Returns the next rows for analytics up to a moment. A row behind a hole goes alone: a batch that
   * misses trades is one.
   */
  cutAhead(
    endUs: TimeUs,
  ): { readonly from: number; readonly to: number; readonly complete: boolean } | undefined {
    const from = this.#ahead;
    const end = rowAfter(this.rows, from, endUs);
    if (end === from) return undefined;
    const { holes } = this.#rows!;
    const complete = !holes.includes(from);
    const to = complete ? Math.min(end, holes.find((row) => row > from) ?? end) : from + 1;
    this.#ahead = to;
    return { from, to, complete };
  }

  batch(from: number, to: number, complete: boolean): Fact {
    const trades = sliceTrades(this.rows, from, to);
    return { name: 'TradeBatch', body: { trades, receivedUs: 0, complete, warm: false } };
  }

  /**
   * Says whether the next row of the others is up to row `row` of lane `lane`; `own` is the number of
   * this lane.
   */
  isUpTo(timeUs: TimeUs, own: number, lane: number, row: number): boolean {
    const { nextUs } = this;
    if (own === lane) return this.given <= row && nextUs < Number.POSITIVE_INFINITY;
    return own < lane ? nextUs <= timeUs : nextUs < timeUs;
  }

  /**
   * Returns the row of this stretch that a fact of analytics came after; `from` is the first of the batch
   * it came of.
   */
  rowOf(fact: Fact, from: number): number {
    const state = stateIn(fact);
    if (state === undefined) throw new Error(`${fact.name} does not say which trade it came after`);
    const row = state.trades - this.#before - 1;
    // A bar that a trade closes is told of before that trade counts.
    return row < from || this.timeUs(row) < state.timeUs ? row + 1 : row;
  }
}
