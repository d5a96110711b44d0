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

/** Rows that are given at once, at least, while there are more. */
export const ROWS_AT_ONCE = 16_384;
/** What one piece of DuckDB's holds, at most. */
const PIECE_ROWS = 2_048;

type Columns = Readonly<Record<'timeUs' | 'price' | 'quantity' | 'ids', Float64Array>> & {
  readonly side: Uint8Array;
};

/** Rows that were read and not given yet. Times that step back a little stand still. */
export class GatheredRows {
  readonly #hasIds: boolean;
  readonly #isInferred: boolean;
  #columns = emptyColumns();
  count = 0;
  #lastUs = 0;
  #lastPrice = Number.NaN;
  #lastSide: number = SIDE_UNREADABLE;

  constructor(hasIds: boolean, isInferred: boolean) {
    this.#hasIds = hasIds;
    this.#isInferred = isInferred;
  }

  /** Takes at most PIECE_ROWS rows while less than ROWS_AT_ONCE are gathered. */
  add(
    t: Float64Array,
    p: Float64Array,
    q: Float64Array,
    s: Float64Array | Uint8Array,
    i: Float64Array,
    count: number,
  ): void {
    const { timeUs, price, quantity, side, ids } = this.#columns;
    const at = this.count;
    timeUs.set(t.subarray(0, count), at);
    price.set(p.subarray(0, count), at);
    quantity.set(q.subarray(0, count), at);
    side.set(s.subarray(0, count), at);
    ids.set(i.subarray(0, count), at);
    this.count += count;
    for (let n = at; n < this.count; n++) {
      const rowUs = timeUs[n]!;
      if (rowUs < this.#lastUs && this.#lastUs - rowUs <= STUTTER_MAX_US) timeUs[n] = this.#lastUs;
      else if (rowUs > 0) this.#lastUs = rowUs;
      if (this.#isInferred) side[n] = this.#sideBy(price[n]!);
    }
  }

  take(): TradeRows {
    const { count } = this;
    const { timeUs, price, quantity, side, ids } = this.#columns;
    this.#columns = emptyColumns();
    this.count = 0;
    const column = (all: Float64Array) => all.subarray(0, count);
    return {
      ...{ count, timeUs: column(timeUs), price: column(price), quantity: column(quantity) },
      ...{ side: side.subarray(0, count), ids: this.#hasIds ? column(ids) : undefined },
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

function emptyColumns(): Columns {
  const doubles = () => new Float64Array(ROWS_AT_ONCE + PIECE_ROWS);
  const side = new Uint8Array(ROWS_AT_ONCE + PIECE_ROWS);
  return { timeUs: doubles(), price: doubles(), quantity: doubles(), ids: doubles(), side };
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
