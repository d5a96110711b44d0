import {
  type Instrument,
  type TimeUs,
  US_PER_HOUR,
  US_PER_MINUTE,
  US_PER_MS,
  type WarmBar,
} from '@algo/model';
import type { VenueBars } from '../port.ts';
import type { BinanceKlineRules, BinanceMarket } from './binance-market.ts';
import { BinanceError } from './errors.ts';
import type { BinanceHttp } from './http.ts';
import { decimal, microseconds, wholeNumber } from './trade.ts';

/** Bars that one request may ask for. */
const KLINES_PER_REQUEST_MAX = 1_000;
/** How long a read may take. */
const ANSWER_MAX_MS = 3_000;

/** Names of bars that all of Binance's markets have. *Units*: µs. */
export const KLINE_INTERVALS: BinanceKlineRules['intervals'] = [
  [US_PER_MINUTE, '1m'],
  [5 * US_PER_MINUTE, '5m'],
  [15 * US_PER_MINUTE, '15m'],
  [US_PER_HOUR, '1h'],
];

/** Bars of one of Binance's markets, with the taker's volume. */
export class BinanceKlines implements VenueBars {
  readonly name: string;
  readonly lengthsUs: readonly number[];
  readonly #rules: BinanceKlineRules;
  readonly #http: BinanceHttp;

  constructor(market: Pick<BinanceMarket, 'name' | 'klines'>, http: BinanceHttp) {
    this.name = `${market.name} klines`;
    this.lengthsUs = market.klines.intervals.map(([lengthUs]) => lengthUs);
    this.#rules = market.klines;
    this.#http = http;
  }

  /** *Errors*: rejects with a BinanceError. */
  async read({ symbol }: Instrument, lengthUs: number, fromUs: TimeUs, untilUs: TimeUs): Promise<WarmBar[]> {
    const { intervals, path, weight } = this.#rules;
    const interval = intervals.find(([each]) => each === lengthUs)![1];
    const query = new URLSearchParams({
      ...{ symbol, interval, startTime: `${Math.ceil(fromUs / US_PER_MS)}` },
      ...{ endTime: `${Math.ceil(untilUs / US_PER_MS) - 1}`, limit: `${KLINES_PER_REQUEST_MAX}` },
    });
    const answer = await this.#http.get({ path: `${path}?${query}`, weight }, ANSWER_MAX_MS);
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
    trades: wholeNumber(trades),
  };
}
