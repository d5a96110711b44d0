import { z } from 'zod';

const address = (pattern: RegExp, own: string) =>
  z.string().regex(pattern, `expected an address such as ${own}`).default(own);

/** Where live feeds are heard and asked, where that is not the exchange's own address. */
export const marketDataSettings = {
  binanceUrl: address(/^wss?:\/\/.+/, 'wss://stream.binance.com:9443'),
  binanceRestUrl: address(/^https?:\/\/.+/, 'https://api.binance.com'),
  binanceUsdmUrl: address(/^wss?:\/\/.+/, 'wss://fstream.binance.com'),
  binanceUsdmRestUrl: address(/^https?:\/\/.+/, 'https://fapi.binance.com'),
};
