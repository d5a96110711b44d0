import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { BUY, Decimal, type Instrument, instrumentId } from '@algo/model';
import { SyntheticMarket } from '@algo/simulation';

/** Beside the checkout where people have it; the tests do without. */
const RECORDED = new URL('../../../../shared/data/cryptologysac-ltcusdt/', import.meta.url).pathname;
const HEADER = 'ts_ms,trade_id,price,qty,side';
/** Length of a step of a replay. *Units*: ms. */
const STEP_MS = 100;
const CHUNK_US = 3_600_000_000;

/** The instrument of every tape here, as config/instruments.yaml has it. */
export const LTCUSDT = instrumentId('binance.spot.LTCUSDT');
const LTC: Instrument = {
  id: LTCUSDT,
  venue: 'binance',
  market: 'spot',
  symbol: 'LTCUSDT',
  assetClass: 'regular',
  base: 'LTC',
  quote: 'USDT',
  priceTick: Decimal.of('0.01'),
  quantityStep: Decimal.of('0.001'),
  minQuantity: Decimal.of('0.001'),
  minNotional: Decimal.of('5'),
};

/** A file of trades that an engine can replay, and where in event time each of them stands. */
export interface TradeTape {
  readonly path: string;
  readonly trades: number;
  /** Returns the number of the step that holds the n-th trade, from 0. */
  stepOf(trade: number): number;
}

/**
 * Returns the first trades of the recorded LTCUSDT tape
 * where it lies beside the checkout, else a generated one.
 */
export function recordedTape(dir: string, trades: number): TradeTape {
  const file = existsSync(RECORDED)
    ? readdirSync(RECORDED).find((name) => name.endsWith('_trades.csv.gz'))
    : undefined;
  if (file === undefined) return generatedTape(dir, trades, { seed: 1, ordersPerSecond: 1 });
  const rows = gunzipSync(readFileSync(join(RECORDED, file)))
    .toString('latin1')
    .split('\n');
  return writeTape(join(dir, 'LTCUSDT_recorded.csv'), rows.slice(1, trades + 1));
}

/** Returns a tape of a market that never was; the same for the same seed. */
export function generatedTape(
  dir: string,
  trades: number,
  market: { readonly seed: number; readonly ordersPerSecond: number },
): TradeTape {
  const startUs = Date.UTC(2025, 0, 1) * 1_000;
  const synthetic = new SyntheticMarket({ instrument: LTC, startUs, startPrice: 85, ...market });
  const rows: string[] = [];
  for (let untilUs = startUs + CHUNK_US; rows.length < trades; untilUs += CHUNK_US) {
    const { count, timeUs, price, quantity, side, ids } = synthetic.next(untilUs);
    for (let i = 0; i < count && rows.length < trades; i++) {
      const taker = side[i] === BUY ? 'buy' : 'sell';
      rows.push(`${Math.floor(timeUs[i]! / 1_000)},${ids.values[i]},${price[i]},${quantity[i]},${taker}`);
    }
  }
  return writeTape(join(dir, 'LTCUSDT_generated.csv'), rows);
}

function writeTape(path: string, rows: readonly string[]): TradeTape {
  writeFileSync(path, `${[HEADER, ...rows].join('\n')}\n`);
  const stepOf = (trade: number) => Math.floor(Number.parseInt(rows[trade] ?? '', 10) / STEP_MS);
  return { path, trades: rows.length, stepOf };
}
