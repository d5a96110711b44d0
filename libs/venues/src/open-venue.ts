import { type AccountId, InputError } from '@algo/model';
import { PaperAccountStream } from './paper/paper-account-stream.ts';
import { type AskPaper, PaperExchangeVenue } from './paper/paper-exchange-venue.ts';
import type { AccountStream, ExchangeVenue, VenueClock } from './port.ts';

/** What venues are opened with. */
export interface VenueParts {
  readonly account: AccountId;
  /** How the process that plays the paper exchange is asked. */
  readonly ask: AskPaper;
  readonly clock: VenueClock;
}

/** An exchange: what is asked of it, and what it tells by itself. */
interface Exchange {
  readonly venue: (parts: VenueParts) => ExchangeVenue;
  readonly accountStream: (parts: VenueParts) => AccountStream;
}

/** Every exchange that orders can go to: one entry each. */
const EXCHANGES: Readonly<Record<string, Exchange>> = {
  paper: {
    venue: ({ account, ask, clock }) => new PaperExchangeVenue(account, ask, clock),
    accountStream: ({ account, ask, clock }) => new PaperAccountStream(account, ask, clock),
  },
};

/** Returns the orders and reads of an account. *Errors*: InputError that lists the known venues. */
export function openVenue(name: string, parts: VenueParts): ExchangeVenue {
  return exchange(name).venue(parts);
}

/** Returns what is told of an account, not yet open. *Errors*: InputError that lists the known venues. */
export function openAccountStream(name: string, parts: VenueParts): AccountStream {
  return exchange(name).accountStream(parts);
}

function exchange(name: string): Exchange {
  const found = EXCHANGES[name];
  if (found === undefined)
    throw new InputError({
      field: 'venue',
      value: name,
      because: `there is none of that name (${Object.keys(EXCHANGES).join(', ')})`,
      remedy: 'Choose one of these.',
    });
  return found;
}
