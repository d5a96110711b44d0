import { BinanceSpotFeed, type BinanceSpotOptions } from './binance-spot/market-data.ts';
import type { MarketDataFeed } from './port.ts';

/** What the feeds need of whoever opens them, together: each takes its own settings out of it. */
export type MarketDataOptions = BinanceSpotOptions;

/** Every live feed by the name that people give it. A venue is its folder and one line here. */
export const MARKET_DATA: Readonly<Record<string, (options: MarketDataOptions) => MarketDataFeed>> = {
  binance: (options) => new BinanceSpotFeed(options),
};
