import {
  type Instrument,
  type TimeUs,
  US_PER_HOUR,
  US_PER_MINUTE,
  US_PER_MS,
  US_PER_SECOND,
  type WarmBar,
} from '@algo/model';
import type { VenueBars } from '../port.ts';
import { BinanceError } from './errors.ts';
import type { BinanceHttp } from './http.ts';
import { decimal, microseconds } from './trade.ts';

/** Bars that one request may ask for, and what it costs, by Binance's rule. */
const KLINES_PER_REQUEST_MAX = 1_000;
const KLINES_WEIGHT = 2;
/** Binance's names of bars. *Units*: µs. */
const INTERVALS: readonly (readonly [lengthUs: number, name: string])[] = [
  [US_PER_SECOND, '1s'],
  [US_PER_MINUTE, '1m'],
  [5 * US_PER_MINUTE, '5m'],
  [15 * US_PER_MINUTE, '15m'],
  [US_PER_HOUR, '1h'],
];

/** Bars of Binance's spot market, with the taker's volume. */
export class BinanceKlines implements VenueBars {
  readonly name = 'binance klines';
  readonly lengthsUs = INTERVALS.map(([lengthUs]) => lengthUs);
  readonly #http: BinanceHttp;

  constructor(http: BinanceHttp) {
    this.#http = http;
  }

  /** *Errors*: rejects with a BinanceError. */
  async read({ symbol }: Instrument, lengthUs: number, fromUs: TimeUs, untilUs: TimeUs): Promise<WarmBar[]> {
    const interval = INTERVALS.find(([each]) => each === lengthUs)![1];
    const query = new URLSearchParams({
      ...{ symbol, interval, startTime: `${Math.ceil(fromUs / US_PER_MS)}` },
      ...{ endTime: `${Math.ceil(untilUs / US_PER_MS) - 1}`, limit: `${KLINES_PER_REQUEST_MAX}` },
    });
    const answer = await this.#http.get(`/api/v3/klines?${query}`, KLINES_WEIGHT);
    if (!Array.isArray(answer) || answer.length > KLINES_PER_REQUEST_MAX || !answer.every(Array.isArray))
      throw new BinanceError('unreadable', `no list of at most ${KLINES_PER_REQUEST_MAX} bars of ${symbol}`);
    return answer.map(barOf);
  }
}

/** Returns a bar of a REST answer; what can't be read of it is NaN. */
function barOf(row: readonly unknown[]): WarmBar {
  const [openTime, open, high, low, close, volume, , , trades, takerBuyVolume] = row;
  return {
    openTimeUs: microseconds(openTime),
    open: decimal(open),
    high: decimal(high),
    low: decimal(low),
    close: decimal(close),
    volume: decimal(volume),
    takerBuyVolume: decimal(takerBuyVolume),
    trades: Number.isSafeInteger(trades) ? Number(trades) : Number.NaN,
  };
}
