export { PaperExchangeVenue } from './paper/paper-exchange-venue.ts';
export * from './port.ts';
