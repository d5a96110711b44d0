import type { InstrumentId } from '@algo/model';
import type { BinanceMarket } from './binance/binance-market.ts';
import { BinanceFeed } from './binance/market-data.ts';
import { RequestBudget } from './binance/request-budget.ts';
import { BINANCE_SPOT } from './binance-spot/spot-market.ts';
import { BINANCE_USDM } from './binance-usdm/usdm-market.ts';
import { BINANCE_USDM_RAW } from './binance-usdm/usdm-raw-market.ts';
import type { MarketDataFeed } from './port.ts';

/** What the feeds need of whoever opens them, together: each takes its own settings out of it. */
export interface MarketDataOptions {
  readonly binanceUrl: string;
  readonly binanceRestUrl: string;
  readonly binanceUsdmUrl: string;
  readonly binanceUsdmRestUrl: string;
  /** Milliseconds that never jump. */
  readonly monotonicMs: () => number;
  /** A number from 0 to 1, for the jitter of waits. */
  readonly random: () => number;
  /** How long the venue still wants to be left alone, as an earlier life was told. *Units*: ms. */
  readonly pauseMs: number;
  /** Hears how long the venue wants to be left alone. *Units*: ms. */
  readonly onPause: (pauseMs: number) => void;
}

/** A live feed: how it is opened, and what it brings when nobody says. */
export interface LiveFeed {
  readonly open: (options: MarketDataOptions) => MarketDataFeed;
  readonly standardInstruments: readonly InstrumentId[];
}

/** Every live feed by the name that people give it. A venue is its folder and one line here. */
export const MARKET_DATA: Readonly<Record<string, LiveFeed>> = {
  binance: binance(BINANCE_SPOT, ({ binanceUrl, binanceRestUrl }) => [binanceUrl, binanceRestUrl]),
  'binance-usdm': binance(BINANCE_USDM, usdm),
  'binance-usdm-raw': binance(BINANCE_USDM_RAW, usdm),
};

function usdm(options: MarketDataOptions): readonly [url: string, restUrl: string] {
  return [options.binanceUsdmUrl, options.binanceUsdmRestUrl];
}

function binance(
  market: BinanceMarket,
  addresses: (options: MarketDataOptions) => readonly [url: string, restUrl: string],
): LiveFeed {
  const open = (options: MarketDataOptions) => {
    const { monotonicMs, onPause, pauseMs, random } = options;
    const [url, restUrl] = addresses(options);
    const budget = new RequestBudget(market.weightPerMinute, onPause);
    budget.pause(pauseMs, monotonicMs());
    return new BinanceFeed(market, { url, restUrl, monotonicMs, random, budget });
  };
  return { open, standardInstruments: market.standardInstruments };
}
