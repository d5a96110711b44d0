export { openVenue, type VenueParts } from './open-venue.ts';
export { type AskPaper, PaperExchangeVenue } from './paper/paper-exchange-venue.ts';
export * from './port.ts';
