export type { DialMemory } from './binance/dial-gate.ts';
export type { SharedPause } from './binance/request-budget.ts';
export { REQUEST_PATHS, type RequestPath, type RequestPaths } from './binance/request-paths.ts';
export * from './check-account.ts';
export {
  EXCHANGE_NAMES,
  type ExchangeAddress,
  type OpenExchange,
  openExchange,
  REAL_EXCHANGE_NAMES,
  type RealExchange,
  realExchange,
  spotLink,
  tradedAt,
  usdmLink,
  type VenueAccess,
  type VenueParts,
} from './open-venue.ts';
export { PaperAccountStream } from './paper/paper-account-stream.ts';
export { type AskPaper, PAPER_CAPABILITIES, PaperExchangeVenue } from './paper/paper-exchange-venue.ts';
export * from './port.ts';
export { type LiveFeed, MARKET_DATA, type MarketDataOptions } from './registry.ts';
export type { DialAnswer, DialledSocket, RequestConnections, Transport } from './transport.ts';
