import type { Candle, Timeframe } from '@algo/model';

/**
 * Candles of one timeframe as they cross to the worker: an object for each would be the dearest part of an
 * import. *Shape*: the first `count` rows of `CANDLE_FIELDS` numbers each; `values` may be longer.
 */
export interface CandleRows {
  readonly count: number;
  readonly values: Float64Array<ArrayBuffer>;
}

export type CandlesByTimeframe = Partial<Record<Timeframe, CandleRows>>;

/** Numbers of a row, in the order of the columns of a table of candles. */
export const CANDLE_FIELDS = 12;

const FIRST_CAPACITY = 16;

/** Returns the rows with one more; those before may share its memory. */
export function withCandle(before: CandleRows | undefined, candle: Candle): CandleRows {
  const count = before?.count ?? 0;
  const values = withRoom(before?.values, count + 1);
  const at = count * CANDLE_FIELDS;
  values[at] = candle.openTimeUs;
  values[at + 1] = candle.open;
  values[at + 2] = candle.high;
  values[at + 3] = candle.low;
  values[at + 4] = candle.close;
  values[at + 5] = candle.volume;
  values[at + 6] = candle.buyVolume;
  values[at + 7] = candle.sellVolume;
  values[at + 8] = candle.trades;
  values[at + 9] = candle.buyTrades;
  values[at + 10] = candle.sellTrades;
  values[at + 11] = candle.complete ? 1 : 0;
  return { count: count + 1, values };
}

/** Returns when each opens. *Units*: µs since 1970. */
export function openTimesUs({ count, values }: CandleRows): number[] {
  return Array.from({ length: count }, (_, row) => values[row * CANDLE_FIELDS]!);
}

function withRoom(old: CandleRows['values'] | undefined, rows: number): CandleRows['values'] {
  const needed = rows * CANDLE_FIELDS;
  if (old !== undefined && old.length >= needed) return old;
  const wider = new Float64Array(Math.max(FIRST_CAPACITY * CANDLE_FIELDS, 2 * (old?.length ?? 0)));
  if (old !== undefined) wider.set(old);
  return wider;
}
