import type { InstrumentId } from './ids.ts';
import type { TimeUs } from './time.ts';

/** `SELL` and `BUY` as the side column holds them: the aggressor (taker). */
export const SELL = 0;
export const BUY = 1;
/** What a side column holds where a source's side couldn't be read; never in a batch. */
export const SIDE_UNREADABLE = 255;

/** Venue trade ids: numbers where the venue counts, text where it doesn't. */
export type TradeIds =
  | { readonly kind: 'counted'; readonly values: Float64Array }
  | { readonly kind: 'named'; readonly values: readonly string[] };

/**
 * Executed trades of one instrument, a column for each
 * field; row i of every column is trade i, in venue order.
 * *Units*: `timeUs` µs since 1970 by the venue's clock, `price`
 * quote, `quantity` base, `side` BUY or SELL of the taker.
 * *Shape*: all columns have `count` rows; `timeUs` never decreases.
 */
export interface TradeColumns {
  readonly instrument: InstrumentId;
  readonly count: number;
  readonly timeUs: Float64Array;
  readonly price: Float64Array;
  readonly quantity: Float64Array;
  readonly side: Uint8Array;
  readonly ids: TradeIds;
  /** How many trades of the venue each row stands for, at least 1; left out where each is one. */
  readonly merged?: Uint32Array;
}

/**
 * How trades came: as they happened, fetched into a hole of the feed, or as history that warms indicators up,
 * which only analytics takes.
 */
export type TradeOrigin = 'live' | 'back-fill' | 'warm-up';

/**
 * A stretch of trades as it travels: the columns, when we
 * heard them, and what is known of their completeness.
 */
export interface TradeBatch {
  readonly trades: TradeColumns;
  /** By our clock when the first was heard; 0 when replayed. */
  readonly receivedUs: TimeUs;
  /** False while a gap before or inside this batch is open. */
  readonly complete: boolean;
  readonly origin: TradeOrigin;
  /** Whether the venue says who the taker was, or the driver made it out of the prices. */
  readonly sides: 'told' | 'inferred';
}

/** Returns rows `from` (inclusive) to `to` (exclusive) as views, nothing copied. */
export function sliceTrades(trades: TradeColumns, from: number, to: number): TradeColumns {
  return {
    instrument: trades.instrument,
    count: to - from,
    timeUs: trades.timeUs.subarray(from, to),
    price: trades.price.subarray(from, to),
    quantity: trades.quantity.subarray(from, to),
    side: trades.side.subarray(from, to),
    ids:
      trades.ids.kind === 'counted'
        ? { kind: 'counted', values: trades.ids.values.subarray(from, to) }
        : { kind: 'named', values: trades.ids.values.slice(from, to) },
    ...(trades.merged && { merged: trades.merged.subarray(from, to) }),
  };
}

/** Returns columns of zeros, ids counted. */
export function emptyTrades(instrument: InstrumentId, count: number): TradeColumns {
  return {
    ...{ instrument, count, side: new Uint8Array(count), timeUs: new Float64Array(count) },
    ...{ price: new Float64Array(count), quantity: new Float64Array(count) },
    ids: { kind: 'counted', values: new Float64Array(count) },
  };
}

/**
 * Returns the first `count` rows of pieces behind each other, copied; ids that are names are numbered anew
 * from 1.
 */
export function joinTrades(
  instrument: InstrumentId,
  pieces: readonly TradeColumns[],
  count: number,
): TradeColumns {
  const whole = emptyTrades(instrument, count);
  const ids = new Float64Array(count);
  const merged = pieces.some((piece) => piece.merged) ? new Uint32Array(count).fill(1) : undefined;
  let at = 0;
  for (const piece of pieces) {
    const rows = Math.min(piece.count, count - at);
    for (const key of ['timeUs', 'price', 'quantity', 'side'] as const)
      whole[key].set(piece[key].subarray(0, rows), at);
    for (let i = 0; i < rows; i++)
      ids[at + i] = piece.ids.kind === 'counted' ? piece.ids.values[i]! : at + i + 1;
    if (piece.merged) merged?.set(piece.merged.subarray(0, rows), at);
    at += rows;
  }
  return { ...whole, ids: { kind: 'counted', values: ids }, ...(merged && { merged }) };
}
