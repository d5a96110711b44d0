import { NOBODY, TradeBars } from '@algo/market-analytics';
import {
  type Candle,
  type InstrumentId,
  instrumentId,
  type TradeBatch,
  type TradeColumns,
} from '@algo/model';
import type { ShardRows } from '../../domain/index.ts';

export const LTC: InstrumentId = instrumentId('binance.spot.LTCUSDT');
/** Two hours before midnight. */
const FIRST_US = Date.UTC(2026, 0, 5, 22) * 1_000;
/** Of feed time, 20 s each. */
export const BATCHES = 900;
const PER_BATCH = 40;
const BATCH_US = 20_000_000;

/** One input of a shard: a batch of trades, and the candles that closed with it. */
export interface TapeInput {
  readonly batch: TradeBatch;
  readonly candles: readonly Candle[];
}

function tradesOf(n: number): TradeColumns {
  const of = (value: (i: number) => number) => Float64Array.from({ length: PER_BATCH }, (_, i) => value(i));
  return {
    ...{
      instrument: LTC,
      count: PER_BATCH,
      side: Uint8Array.from({ length: PER_BATCH }, (_, i) => (i * n) % 2),
    },
    timeUs: of((i) => FIRST_US + n * BATCH_US + i * 400_000),
    ...{ price: of((i) => 80 + ((n + i) % 50) / 100), quantity: of((i) => 1 + ((n * i) % 9)) },
    ids: { kind: 'counted', values: of((i) => 1 + n * PER_BATCH + i) },
  };
}

/** Returns five hours of trades over midnight, each batch with the candles that its first trade closed. */
export function tapeInputs(): TapeInput[] {
  const bars = new TradeBars({ instrument: LTC, priceTick: 0.01, quantityStep: 0.001 });
  return Array.from({ length: BATCHES }, (_, n) => {
    const trades = tradesOf(n);
    const candles: Candle[] = [];
    bars.onTrades(trades, true, { ...NOBODY, onCandle: (candle) => candles.push(candle) });
    return { batch: { trades, receivedUs: 0, complete: true, origin: 'live', sides: 'told' }, candles };
  });
}

/** Returns what a shard has stored of its input number `n`, counted from 0. */
export function rowsOf({ batch, candles }: TapeInput, n: number): ShardRows {
  return {
    ...{ type: 'StoreRows', instrument: LTC, position: n + 1, trades: batch.trades, candles },
    ...{ orderFlow: [], profiles: [], zones: [], gaps: [], doubted: [] },
  };
}
