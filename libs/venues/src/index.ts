export * from './port.ts';
export { PaperExchangeVenue } from './paper/paper-exchange-venue.ts';
