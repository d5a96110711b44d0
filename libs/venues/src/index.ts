export { checkSpot, type VenueCheck } from './binance-spot/spot-check.ts';
export {
  type OpenExchange,
  openExchange,
  spotLink,
  type VenueAccess,
  type VenueParts,
} from './open-venue.ts';
export { PaperAccountStream } from './paper/paper-account-stream.ts';
export { type AskPaper, PAPER_CAPABILITIES, PaperExchangeVenue } from './paper/paper-exchange-venue.ts';
export * from './port.ts';
export { type LiveFeed, MARKET_DATA, type MarketDataOptions } from './registry.ts';
