import type { InstrumentId, Market } from '@algo/model';
import type { BinanceMarket } from './binance/binance-market.ts';
import type { DialMemory } from './binance/dial-gate.ts';
import { BinanceFeed } from './binance/market-data.ts';
import { RequestBudget, type SharedPause } from './binance/request-budget.ts';
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
  readonly pause?: SharedPause;
  /** Remembers the connections that were made, for the next life. */
  readonly dials?: DialMemory;
}

/** A live feed: how it is opened, and what it brings when nobody says. */
export interface LiveFeed {
  readonly open: (options: MarketDataOptions) => MarketDataFeed;
  readonly standardInstruments: readonly InstrumentId[];
  /** Whose instruments it brings: all of them, also those that no file names. */
  readonly venue: string;
  readonly market: Market;
  /** Where orders of its market go: what it wants to be asked is one allowance. */
  readonly exchange: string;
}

/** Every live feed by the name that people give it. A venue is its folder and one line here. */
export const MARKET_DATA: Readonly<Record<string, LiveFeed>> = {
  binance: binance('binance-spot', BINANCE_SPOT, ({ binanceUrl, binanceRestUrl }) => [
    binanceUrl,
    binanceRestUrl,
  ]),
  'binance-usdm': binance('binance-usdm', BINANCE_USDM, usdm),
  'binance-usdm-raw': binance('binance-usdm', BINANCE_USDM_RAW, usdm),
};

function usdm(options: MarketDataOptions): readonly [url: string, restUrl: string] {
  return [options.binanceUsdmUrl, options.binanceUsdmRestUrl];
}

function binance(
  exchange: string,
  market: BinanceMarket,
  addresses: (options: MarketDataOptions) => readonly [url: string, restUrl: string],
): LiveFeed {
  const open = (options: MarketDataOptions) => {
    const { dials, monotonicMs, pause, random } = options;
    const [url, restUrl] = addresses(options);
    const budget = new RequestBudget(market.weightPerMinute, pause);
    return new BinanceFeed(market, {
      ...{ url, restUrl, monotonicMs, random, budget },
      ...(dials && { dials }),
    });
  };
  const { market: kind, standardInstruments } = market;
  return { open, exchange, venue: 'binance', market: kind, standardInstruments };
}
