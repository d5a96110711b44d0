import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import {
  Decimal,
  emptyTrades,
  type Instrument,
  type InstrumentId,
  instrumentId,
  instrumentParts,
  joinTrades,
  type TradeColumns,
  US_PER_SECOND,
} from '@algo/model';
import { SyntheticMarket } from '@algo/simulation';
import { LTC_TAPE } from './config.ts';

/** 2025-01-01T00:00Z. */
export const START_US = 1_735_689_600_000_000;
const SEED = 7;

/** Trades with a word on where they are from. */
export interface Tape {
  readonly name: string;
  readonly trades: TradeColumns;
}

/**
 * Returns a market that never was, with at least `count` trades
 * cut to `count`. *Units*: `ordersPerSecond` of event time.
 */
export function syntheticTape(id: string, count: number, ordersPerSecond: number, startUs = START_US): Tape {
  const instrument = plainInstrument(instrumentId(id));
  const market = new SyntheticMarket({ instrument, seed: SEED, startUs, startPrice: 100, ordersPerSecond });
  const parts: TradeColumns[] = [];
  let rows = 0;
  for (let untilUs = startUs + US_PER_SECOND; rows < count; untilUs += US_PER_SECOND) {
    const part = market.next(untilUs);
    parts.push(part);
    rows += part.count;
  }
  const trades = joinTrades(instrument.id, parts, count);
  const seconds = (trades.timeUs[count - 1]! - startUs) / US_PER_SECOND;
  return {
    name: `synthetic, seed ${SEED}, ${count} trades in ${seconds.toFixed(0)} s of market time`,
    trades,
  };
}

/**
 * Returns the recorded LTCUSDT trades, repeated with the time
 * going on; undefined where they are not beside the checkout.
 */
export function recordedTape(tiles: number): Tape | undefined {
  if (!existsSync(LTC_TAPE)) return undefined;
  const lines = gunzipSync(readFileSync(LTC_TAPE)).toString('latin1').trim().split('\n').slice(1);
  const rows = lines.length;
  const trades = emptyTrades(instrumentId('binance.spot.LTCUSDT'), rows * tiles);
  const ids = trades.ids.values as Float64Array;
  lines.forEach((line, i) => {
    const [ms, id, price, quantity, side] = line.split(',');
    trades.timeUs[i] = Number(ms) * 1_000;
    ids[i] = Number(id);
    trades.price[i] = Number(price);
    trades.quantity[i] = Number(quantity);
    trades.side[i] = side?.startsWith('b') ? 1 : 0;
  });
  const spanUs = Math.ceil((trades.timeUs[rows - 1]! - trades.timeUs[0]!) / 60e6 + 1) * 60e6;
  const idSpan = ids[rows - 1]! - ids[0]! + 1;
  for (let k = 1; k < tiles; k++) {
    for (let i = 0; i < rows; i++) {
      trades.timeUs[k * rows + i] = trades.timeUs[i]! + k * spanUs;
      ids[k * rows + i] = ids[i]! + k * idSpan;
    }
    for (const column of [trades.price, trades.quantity, trades.side]) column.copyWithin(k * rows, 0, rows);
  }
  return { name: `LTCUSDT as recorded, ${rows} trades × ${tiles}`, trades };
}

function plainInstrument(id: InstrumentId): Instrument {
  const { venue, symbol } = instrumentParts(id);
  return {
    id,
    venue,
    market: 'spot',
    symbol,
    base: symbol,
    quote: 'USD',
    assetClass: 'regular',
    priceTick: Decimal.of('0.01'),
    quantityStep: Decimal.of('0.001'),
    minQuantity: Decimal.of('0.001'),
    minNotional: Decimal.of('5'),
    minNotionalBindsExits: true,
  };
}
