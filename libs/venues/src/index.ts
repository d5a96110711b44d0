export { openVenue, type VenueParts } from './open-venue.ts';
export { type AskPaper, PaperExchangeVenue } from './paper/paper-exchange-venue.ts';
export * from './port.ts';
export { MARKET_DATA, type MarketDataOptions } from './registry.ts';
