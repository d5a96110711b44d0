import {
  type FeedEvent,
  InputError,
  type InstrumentId,
  sliceTrades,
  type TimeUs,
  type TradeColumns,
  type TradeRefusalCode,
} from '@algo/model';
import { isTradeTime, type RawTrades, SIDE_UNREADABLE } from './raw-trades.ts';

/** Refusals told one by one, at most, of each REFUSAL_WINDOW_ROWS rows; the rest are only counted. */
export const REFUSALS_TOLD_MAX = 20;
/** *Units*: rows. */
export const REFUSAL_WINDOW_ROWS = 1_000;

/** What a screen has seen so far. `missing` is the sum over all gaps; duplicates are among the refused. */
export interface ScreenCounters {
  readonly accepted: number;
  readonly refused: number;
  readonly duplicates: number;
  readonly gaps: number;
  readonly missing: number;
}

/** The state of a screen as plain values. */
export interface ScreenSnapshot extends ScreenCounters {
  readonly version: 1;
  readonly rows: number;
  readonly lastId: number;
  readonly lastTimeUs: TimeUs;
  readonly told: number;
}

/** What is left of a stretch of rows. `complete` is false when trades are missing before or among them. */
export interface Screened {
  readonly trades: TradeColumns;
  readonly events: readonly FeedEvent[];
  readonly complete: boolean;
}

/**
 * Lets through what is a trade of one instrument and comes once, in order; says what it refuses and where ids
 * jump.
 * `unfillableBecause` stands in GapUnfillable, which follows every GapOpened: no driver here can fetch what
 * is missing.
 */
export class TradeScreen {
  readonly #instrument: InstrumentId;
  readonly #unfillableBecause: string;
  #rows = 0;
  #lastId = 0;
  #lastTimeUs = 0;
  #told = 0;
  #accepted = 0;
  #refused = 0;
  #duplicates = 0;
  #gaps = 0;
  #missing = 0;
  #events: FeedEvent[] = [];

  /** *Errors*: InputError when the snapshot is of another version. */
  constructor(instrument: InstrumentId, unfillableBecause: string, restored?: ScreenSnapshot) {
    this.#instrument = instrument;
    this.#unfillableBecause = unfillableBecause;
    if (restored === undefined) return;
    if (restored.version !== 1)
      throw new InputError({
        field: 'trade screen version',
        value: restored.version,
        because: 'written by another build; this one reads 1',
        remedy: 'Start the build that wrote it, or use a fresh data directory.',
      });
    this.#rows = restored.rows;
    this.#lastId = restored.lastId;
    this.#lastTimeUs = restored.lastTimeUs;
    this.#told = restored.told;
    this.#accepted = restored.accepted;
    this.#refused = restored.refused;
    this.#duplicates = restored.duplicates;
    this.#gaps = restored.gaps;
    this.#missing = restored.missing;
  }

  get counters(): ScreenCounters {
    return {
      accepted: this.#accepted,
      refused: this.#refused,
      duplicates: this.#duplicates,
      gaps: this.#gaps,
      missing: this.#missing,
    };
  }

  /** Time of the last accepted trade; 0 before the first. */
  get lastTimeUs(): TimeUs {
    return this.#lastTimeUs;
  }

  /** Returns the rows that are trades, as views of `raw` when all are. */
  screen(raw: RawTrades): Screened {
    this.#events = [];
    const gapsBefore = this.#gaps;
    const ids = raw.ids ?? new Float64Array(raw.count);
    let kept: number[] | undefined;
    for (let i = 0; i < raw.count; i++) {
      if (this.#rows % REFUSAL_WINDOW_ROWS === 0) this.#told = 0;
      this.#rows++;
      if (raw.ids === undefined) ids[i] = this.#rows;
      const code = this.#judge(raw, ids[i]!, i);
      if (code === undefined) {
        kept?.push(i);
        this.#accept(ids[i]!, raw.timeUs[i]!);
      } else {
        kept ??= Array.from({ length: i }, (_, k) => k);
        this.#refuse(code, raw, ids[i]!, i);
      }
    }
    const all: TradeColumns = {
      instrument: this.#instrument,
      count: raw.count,
      timeUs: raw.timeUs,
      price: raw.price,
      quantity: raw.quantity,
      side: raw.side,
      ids: { kind: 'counted', values: ids },
    };
    const trades = kept === undefined ? all : pick(all, ids, kept);
    return { trades, events: this.#events, complete: this.#gaps === gapsBefore };
  }

  /** Returns the state; a screen restored from it goes on as if it had never stopped. */
  snapshot(): ScreenSnapshot {
    return {
      version: 1,
      rows: this.#rows,
      lastId: this.#lastId,
      lastTimeUs: this.#lastTimeUs,
      told: this.#told,
      ...this.counters,
    };
  }

  #judge(raw: RawTrades, id: number, i: number): TradeRefusalCode | undefined {
    const timeUs = raw.timeUs[i]!;
    if (!isTradeTime(timeUs)) return 'UNREADABLE_ROW';
    // Written so that NaN fails every comparison.
    if (raw.side[i] === SIDE_UNREADABLE || !(id >= 0 && id <= Number.MAX_SAFE_INTEGER))
      return 'UNREADABLE_ROW';
    if (id <= this.#lastId && this.#accepted > 0) return 'DUPLICATE_ID';
    const price = raw.price[i]!;
    if (!(price > 0 && price < Number.POSITIVE_INFINITY)) return 'PRICE_NOT_POSITIVE';
    const quantity = raw.quantity[i]!;
    if (!(quantity > 0 && quantity < Number.POSITIVE_INFINITY)) return 'QUANTITY_NOT_POSITIVE';
    if (timeUs < this.#lastTimeUs) return 'TIME_BACKWARDS';
    return undefined;
  }

  #accept(id: number, timeUs: TimeUs): void {
    if (this.#accepted > 0 && id > this.#lastId + 1) this.#jump(id, timeUs);
    this.#accepted++;
    this.#lastId = id;
    this.#lastTimeUs = timeUs;
  }

  #jump(id: number, timeUs: TimeUs): void {
    const gap = {
      instrument: this.#instrument,
      fromTradeId: this.#lastId + 1,
      toTradeId: id - 1,
      missing: id - 1 - this.#lastId,
      timeUs,
    };
    this.#gaps++;
    this.#missing += gap.missing;
    this.#events.push({ type: 'GapOpened', ...gap });
    this.#events.push({ type: 'GapUnfillable', ...gap, reason: this.#unfillableBecause });
  }

  #refuse(code: TradeRefusalCode, raw: RawTrades, id: number, i: number): void {
    this.#refused++;
    if (code === 'DUPLICATE_ID') this.#duplicates++;
    // A refused trade was heard, so it is no gap. Its id is believed only if it is the very next one.
    if (this.#accepted > 0 && id === this.#lastId + 1) this.#lastId = id;
    if (this.#told >= REFUSALS_TOLD_MAX) return;
    this.#told++;
    const timeUs = raw.timeUs[i]!;
    this.#events.push({
      type: 'TradeRefused',
      instrument: this.#instrument,
      tradeId: Number.isFinite(id) ? String(id) : `row ${this.#rows}`,
      code,
      detail: `row ${this.#rows}: price ${raw.price[i]}, quantity ${raw.quantity[i]}, time ${timeUs}`,
      timeUs: isTradeTime(timeUs) ? timeUs : this.#lastTimeUs,
    });
  }
}

function pick(all: TradeColumns, ids: Float64Array, kept: readonly number[]): TradeColumns {
  if (kept.length === 0) return sliceTrades(all, 0, 0);
  return {
    instrument: all.instrument,
    count: kept.length,
    timeUs: Float64Array.from(kept, (i) => all.timeUs[i]!),
    price: Float64Array.from(kept, (i) => all.price[i]!),
    quantity: Float64Array.from(kept, (i) => all.quantity[i]!),
    side: Uint8Array.from(kept, (i) => all.side[i]!),
    ids: { kind: 'counted', values: Float64Array.from(kept, (i) => ids[i]!) },
  };
}
