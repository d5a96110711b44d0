import { type AccountId, InputError } from '@algo/model';
import { type AskPaper, PaperExchangeVenue } from './paper/paper-exchange-venue.ts';
import type { ExchangeVenue, VenueClock } from './port.ts';

/** What venues are opened with. */
export interface VenueParts {
  readonly account: AccountId;
  /** How the process that plays the paper exchange is asked. */
  readonly ask: AskPaper;
  readonly clock: VenueClock;
}

/** Every venue that orders can go to: one line each. */
const EXCHANGES: Readonly<Record<string, (parts: VenueParts) => ExchangeVenue>> = {
  paper: ({ account, ask, clock }) => new PaperExchangeVenue(account, ask, clock),
};

/** Returns the venue of this name. *Errors*: InputError that lists the known ones. */
export function openVenue(name: string, parts: VenueParts): ExchangeVenue {
  const open = EXCHANGES[name];
  if (open === undefined)
    throw new InputError({
      field: 'venue',
      value: name,
      because: `there is none of that name (${Object.keys(EXCHANGES).join(', ')})`,
      remedy: 'Choose one of these.',
    });
  return open(parts);
}
