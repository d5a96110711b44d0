import {
  type FeedEvent,
  InputError,
  type InstrumentId,
  type Refusals,
  sliceTrades,
  type TimeUs,
  type TradeColumns,
  type TradeRefusalCode,
} from '@algo/model';
import { LEAP_AGREES_US } from './feed-clock.ts';
import { isTradeTime, type RawTrades } from './raw-trades.ts';
import { faultOf, isTradeId } from './row-fault.ts';

/** Refusals told one by one, at most, of each REFUSAL_WINDOW_ROWS rows; the rest are only counted. */
export const REFUSALS_TOLD_MAX = 20;
/** *Units*: rows. */
export const REFUSAL_WINDOW_ROWS = 1_000;

/** What a screen has seen so far. `missing` is the sum over all gaps. */
export interface ScreenCounters {
  readonly accepted: number;
  readonly refused: Refusals;
  readonly gaps: number;
  readonly missing: number;
}

/** The state of a screen as plain values. */
export interface ScreenSnapshot extends ScreenCounters {
  readonly version: 3;
  readonly rows: number;
  readonly lastId: number;
  readonly lastTimeUs: TimeUs;
  readonly told: number;
}

/**
 * A place where ids leap: the trades from one id to another were not heard. *Shape*: `row` came behind it.
 */
export interface Jump {
  readonly row: number;
  readonly fromTradeId: number;
  readonly toTradeId: number;
  readonly timeUs: TimeUs;
}

/** What is left of a stretch of rows up to its first jump; rows from `jump.row` on are not judged yet. */
export interface Screened {
  readonly trades: TradeColumns;
  readonly events: readonly FeedEvent[];
  readonly jump: Jump | undefined;
}

/** The id of the last trade where there was none yet. */
const NONE = -1;

/**
 * Lets through what is a trade of one instrument and comes once, in order; says what it refuses. It stops
 * where ids leap: whoever asked either brings what is missing or calls `skipTo`, and then goes on with the
 * rest of the rows.
 */
export class TradeScreen {
  readonly #instrument: InstrumentId;
  #rows = 0;
  #lastId = NONE;
  #lastTimeUs = 0;
  /** Time of the last row that was refused as ahead of its time; 0 for none. */
  #aheadUs = 0;
  #told = 0;
  #accepted = 0;
  #refused: Partial<Record<TradeRefusalCode, number>> = {};
  #gaps = 0;
  #missing = 0;
  #events: FeedEvent[] = [];

  /** *Errors*: InputError when the snapshot is of another version. */
  constructor(instrument: InstrumentId, restored?: ScreenSnapshot) {
    this.#instrument = instrument;
    if (restored === undefined) return;
    if (restored.version !== 3)
      throw new InputError({
        field: 'trade screen version',
        value: restored.version,
        because: 'written by another build; this one reads 3',
        remedy: 'Start the build that wrote it, or use a fresh data directory.',
      });
    this.#rows = restored.rows;
    this.#lastId = restored.lastId;
    this.#lastTimeUs = restored.lastTimeUs;
    this.#told = restored.told;
    this.#accepted = restored.accepted;
    this.#refused = { ...restored.refused };
    this.#gaps = restored.gaps;
    this.#missing = restored.missing;
  }

  /** Returns a screen that has seen nothing but goes on behind a trade: what is older counts as a repeat. */
  static behind(
    instrument: InstrumentId,
    last: { readonly id: number; readonly timeUs: TimeUs },
  ): TradeScreen {
    const screen = new TradeScreen(instrument);
    screen.#lastId = last.id;
    screen.#lastTimeUs = last.timeUs;
    return screen;
  }

  get counters(): ScreenCounters {
    return {
      accepted: this.#accepted,
      refused: { ...this.#refused },
      gaps: this.#gaps,
      missing: this.#missing,
    };
  }

  /** Id of the last trade that was heard; below 0 before the first. */
  get lastId(): number {
    return this.#lastId;
  }

  /** Time of the last accepted trade; 0 before the first. */
  get lastTimeUs(): TimeUs {
    return this.#lastTimeUs;
  }

  /**
   * Returns the rows up to the first jump that are trades, as views of `raw` when all are. *Units*:
   * `latestUs` the time that no trade heard now can have; a second one near it shows that time itself
   * leapt.
   */
  screen(raw: RawTrades, latestUs: TimeUs = Number.POSITIVE_INFINITY): Screened {
    this.#events = [];
    const ids = raw.ids ?? new Float64Array(raw.count);
    let kept: number[] | undefined;
    let jump: Jump | undefined;
    let i = 0;
    for (; i < raw.count; i++) {
      if (raw.ids === undefined) ids[i] = this.#rows + 1;
      const code = this.#judge(raw, ids[i]!, i, latestUs);
      if (code === undefined && this.#lastId !== NONE && ids[i]! > this.#lastId + 1) {
        jump = { row: i, fromTradeId: this.#lastId + 1, toTradeId: ids[i]! - 1, timeUs: raw.timeUs[i]! };
        this.#gaps++;
        break;
      }
      if (this.#rows % REFUSAL_WINDOW_ROWS === 0) this.#told = 0;
      this.#rows++;
      if (code === undefined) {
        kept?.push(i);
        this.#accepted++;
        this.#lastId = ids[i]!;
        this.#lastTimeUs = raw.timeUs[i]!;
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
      ids: raw.names ? { kind: 'named', values: raw.names } : { kind: 'counted', values: ids },
      ...(raw.merged && { merged: raw.merged }),
    };
    const trades = kept !== undefined ? pick(all, kept) : i < raw.count ? sliceTrades(all, 0, i) : all;
    return { trades, events: this.#events, jump };
  }

  /** Goes on at an id; the trades up to it that were not heard count as missing. */
  skipTo(id: number): void {
    this.#missing += id - 1 - this.#lastId;
    this.#lastId = id - 1;
  }

  /** Takes the next row to be the one with this id: whoever put them in order knows what lies between. */
  expect(id: number): void {
    this.#lastId = id - 1;
  }

  /** Leaves a row out that somebody else has judged. Returns what to say of it. */
  leaveOut(code: TradeRefusalCode, raw: RawTrades, row: number): readonly FeedEvent[] {
    this.#events = [];
    if (this.#rows % REFUSAL_WINDOW_ROWS === 0) this.#told = 0;
    this.#rows++;
    this.#refuse(code, raw, raw.ids?.[row] ?? this.#rows, row);
    return this.#events;
  }

  /** Returns the state; a screen restored from it goes on as if it had never stopped. */
  snapshot(): ScreenSnapshot {
    return {
      version: 3,
      rows: this.#rows,
      lastId: this.#lastId,
      lastTimeUs: this.#lastTimeUs,
      told: this.#told,
      ...this.counters,
    };
  }

  #judge(raw: RawTrades, id: number, i: number, latestUs: TimeUs): TradeRefusalCode | undefined {
    const timeUs = raw.timeUs[i]!;
    const fault = faultOf(raw, i);
    if (fault === 'UNREADABLE_ROW' || !isTradeId(id)) return 'UNREADABLE_ROW';
    if (id <= this.#lastId) return 'DUPLICATE_ID';
    if (fault !== undefined) return fault;
    if (timeUs < this.#lastTimeUs) return 'TIME_BACKWARDS';
    const soonUs = Math.max(latestUs, this.#lastTimeUs + LEAP_AGREES_US);
    const isAhead = timeUs > soonUs && Math.abs(timeUs - this.#aheadUs) > LEAP_AGREES_US;
    this.#aheadUs = isAhead ? timeUs : 0;
    return isAhead ? 'TIME_AHEAD' : undefined;
  }

  #refuse(code: TradeRefusalCode, raw: RawTrades, id: number, i: number): void {
    this.#refused[code] = (this.#refused[code] ?? 0) + 1;
    // A refused trade was heard, so it is no gap. Its id is believed only if it is the very next one.
    if (this.#lastId !== NONE && id === this.#lastId + 1) this.#lastId = id;
    if (this.#told >= REFUSALS_TOLD_MAX) return;
    this.#told++;
    const timeUs = raw.timeUs[i]!;
    this.#events.push({
      type: 'TradeRefused',
      instrument: this.#instrument,
      tradeId: raw.names?.[i] ?? (Number.isFinite(id) ? String(id) : `row ${this.#rows}`),
      code,
      detail: `row ${this.#rows}: price ${raw.price[i]}, quantity ${raw.quantity[i]}, time ${timeUs}`,
      timeUs: isTradeTime(timeUs) ? timeUs : this.#lastTimeUs,
    });
  }
}

function pick(all: TradeColumns, kept: readonly number[]): TradeColumns {
  const { ids } = all;
  if (kept.length === 0) return sliceTrades(all, 0, 0);
  return {
    instrument: all.instrument,
    count: kept.length,
    timeUs: Float64Array.from(kept, (i) => all.timeUs[i]!),
    price: Float64Array.from(kept, (i) => all.price[i]!),
    quantity: Float64Array.from(kept, (i) => all.quantity[i]!),
    side: Uint8Array.from(kept, (i) => all.side[i]!),
    ids:
      ids.kind === 'counted'
        ? { kind: 'counted', values: Float64Array.from(kept, (i) => ids.values[i]!) }
        : { kind: 'named', values: kept.map((i) => ids.values[i]!) },
    ...(all.merged && { merged: Uint32Array.from(kept, (i) => all.merged![i]!) }),
  };
}
