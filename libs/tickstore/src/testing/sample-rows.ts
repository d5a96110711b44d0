import { type Candle, type InstrumentId, instrumentId, type TradeColumns } from '@algo/model';
import type { StoreRows } from '../store-rows.ts';

export const LTC = instrumentId('binance.spot.LTCUSDT');
const FIRST_US = 1_750_507_467_356_000;

/**
 * Returns trades `firstId`, `firstId + 1`, …; each is a function
 * of its id, its quantity a multiple of 1/8, so sums are exact.
 */
export function trades(instrument: InstrumentId, firstId: number, count: number): TradeColumns {
  const ids = Float64Array.from({ length: count }, (_, row) => firstId + row);
  return {
    instrument,
    count,
    timeUs: ids.map((id) => FIRST_US + id * 137),
    price: ids.map((id) => 84 + (id % 997) / 100),
    quantity: ids.map(quantityOf),
    side: Uint8Array.from(ids, (id) => (id * 7) % 2),
    ids: { kind: 'counted', values: ids },
  };
}

function quantityOf(id: number): number {
  return ((id % 61) + 1) / 8;
}

/** Returns an empty bar of 15 s but for the fields given. */
export function candle(instrument: InstrumentId, fields: Partial<Candle>): Candle {
  return {
    instrument,
    timeframe: '15s',
    openTimeUs: FIRST_US,
    open: 84,
    high: 84,
    low: 84,
    close: 84,
    volume: 0,
    buyVolume: 0,
    sellVolume: 0,
    trades: 0,
    buyTrades: 0,
    sellTrades: 0,
    complete: true,
    ...fields,
  };
}

/** How many trades a position brings: 1 to 37. */
function tradesIn(position: number): number {
  return 1 + ((position * 7919) % 37);
}

/** Returns how many trades positions 1 to `position` bring together. */
export function tradesUpTo(position: number): number {
  let sum = 0;
  for (let at = 1; at <= position; at++) sum += tradesIn(at);
  return sum;
}

/**
 * Returns the rows of a position: trades that follow those
 * of the position before, and a bar with their volume.
 */
export function rowsOf(instrument: InstrumentId, position: number, tradesBefore: number): StoreRows {
  const columns = trades(instrument, tradesBefore + 1, tradesIn(position));
  const volume = columns.quantity.reduce((sum, quantity) => sum + quantity, 0);
  return { instrument, position, trades: columns, candles: [candle(instrument, { volume })] };
}
