export { PaperExchangeVenue } from './paper/paper-exchange-venue.ts';
export * from './port.ts';
export { MARKET_DATA, type MarketDataOptions } from './registry.ts';
