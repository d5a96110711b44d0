import { BUY, SELL, SIDE_UNREADABLE } from '@algo/model';
import { STUTTER_MAX_US } from './row-order.ts';

/**
 * Rows of a file as they stand in it. A field that can't be read is NaN (side: SIDE_UNREADABLE). *Units*:
 * `timeUs` µs since 1970, `price` quote, `quantity` base. *Shape*: all columns have `count` rows; `ids`
 * undefined where they don't count the venue's trades.
 */
export interface TradeRows {
  readonly count: number;
  readonly timeUs: Float64Array;
  readonly price: Float64Array;
  readonly quantity: Float64Array;
  readonly side: Uint8Array;
  readonly ids: Float64Array | undefined;
}

/** Rows that were read and not given yet. Times that step back a little stand still. */
export class GatheredRows {
  readonly #hasIds: boolean;
  readonly #isInferred: boolean;
  #parts: TradeRows[] = [];
  count = 0;
  #lastUs = 0;
  #lastPrice = Number.NaN;
  #lastSide: number = SIDE_UNREADABLE;

  constructor(hasIds: boolean, isInferred: boolean) {
    this.#hasIds = hasIds;
    this.#isInferred = isInferred;
  }

  add(
    t: Float64Array,
    p: Float64Array,
    q: Float64Array,
    s: Float64Array | Uint8Array,
    i: Float64Array,
    count: number,
  ): void {
    const side = s.slice(0, count) as Uint8Array;
    const timeUs = t.slice(0, count);
    for (let n = 0; n < count; n++) {
      if (timeUs[n]! < this.#lastUs && this.#lastUs - timeUs[n]! <= STUTTER_MAX_US) timeUs[n] = this.#lastUs;
      else if (timeUs[n]! > 0) this.#lastUs = timeUs[n]!;
      if (this.#isInferred) side[n] = this.#sideBy(p[n]!);
    }
    const ids = this.#hasIds ? i.slice(0, count) : undefined;
    this.#parts.push({ count, timeUs, price: p.slice(0, count), quantity: q.slice(0, count), side, ids });
    this.count += count;
  }

  take(): TradeRows {
    const parts = this.#parts;
    const count = this.count;
    this.#parts = [];
    this.count = 0;
    const column = (of: (rows: TradeRows) => Float64Array) => {
      const all = new Float64Array(count);
      let at = 0;
      for (const part of parts) {
        all.set(of(part), at);
        at += part.count;
      }
      return all;
    };
    const side = new Uint8Array(count);
    let at = 0;
    for (const part of parts) {
      side.set(part.side, at);
      at += part.count;
    }
    return {
      count,
      timeUs: column((rows) => rows.timeUs),
      price: column((rows) => rows.price),
      quantity: column((rows) => rows.quantity),
      side,
      ids: this.#hasIds ? column((rows) => rows.ids!) : undefined,
    };
  }

  /** The tick rule: a higher price was bought, a lower one sold, the same one as the trade before. */
  #sideBy(price: number): number {
    if (price > this.#lastPrice) this.#lastSide = BUY;
    else if (price < this.#lastPrice) this.#lastSide = SELL;
    else if (this.#lastSide === SIDE_UNREADABLE) this.#lastSide = BUY;
    if (price > 0) this.#lastPrice = price;
    return this.#lastSide;
  }
}

/** Returns the rows from one on, nothing copied. */
export function rowsFrom(rows: TradeRows, from: number): TradeRows {
  if (from === 0) return rows;
  const { count, ids } = rows;
  return {
    count: count - from,
    timeUs: rows.timeUs.subarray(from),
    price: rows.price.subarray(from),
    quantity: rows.quantity.subarray(from),
    side: rows.side.subarray(from),
    ids: ids?.subarray(from),
  };
}
