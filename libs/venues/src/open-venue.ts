import { type AccountId, InputError, type Instrument } from '@algo/model';
import type { AccountParts } from './binance/account-link.ts';
import { ApiKey } from './binance/api-key.ts';
import { SpotAccountStream } from './binance-spot/spot-account-stream.ts';
import { SpotExchangeVenue } from './binance-spot/spot-exchange-venue.ts';
import { SpotLink } from './binance-spot/spot-link.ts';
import { UsdmAccountStream } from './binance-usdm/usdm-account-stream.ts';
import { UsdmExchangeVenue } from './binance-usdm/usdm-exchange-venue.ts';
import { UsdmLink } from './binance-usdm/usdm-link.ts';
import { PaperAccountStream } from './paper/paper-account-stream.ts';
import { type AskPaper, PaperExchangeVenue } from './paper/paper-exchange-venue.ts';
import type { AccountStream, ExchangeVenue, VenueClock } from './port.ts';

/** What exchanges are opened with; each takes what it needs. */
export interface VenueParts {
  readonly account: AccountId;
  /** How the process that plays the paper exchange is asked. */
  readonly ask: AskPaper;
  readonly clock: VenueClock & { nowMs(): number };
  /** What a real exchange needs beside; left out where there is none. */
  readonly access?: VenueAccess;
}

/** What a real exchange is asked with. *Shape*: keys are files, never values. */
export interface VenueAccess {
  readonly instruments: readonly Instrument[];
  readonly keyFile: string;
  readonly secretFile: string;
  readonly restUrl: string;
  /** Where the account is heard. */
  readonly socketUrl: string;
  /** A number from 0 to 1, for the jitter of waits. */
  readonly random: () => number;
  /** How long the venue still wants to be left alone, as an earlier life was told. *Units*: ms. */
  readonly pauseMs?: number;
  /** Hears how long the venue wants to be left alone. *Units*: ms. */
  readonly onPause?: (pauseMs: number) => void;
}

/** An exchange for one account: what is asked of it, and what it tells by itself, not yet open. */
export interface OpenExchange {
  readonly venue: ExchangeVenue;
  readonly accountStream: AccountStream;
}

/** Every exchange that orders can go to: one entry each. */
const EXCHANGES: Readonly<Record<string, (parts: VenueParts) => OpenExchange>> = {
  paper: ({ account, ask, clock }) => ({
    venue: new PaperExchangeVenue(account, ask, clock),
    accountStream: new PaperAccountStream(account, ask, clock),
  }),
  'binance-spot': (parts) => {
    const link = spotLink(parts);
    return { venue: new SpotExchangeVenue(link), accountStream: new SpotAccountStream(link) };
  },
  'binance-usdm': (parts) => {
    const link = new UsdmLink(accountParts(parts));
    return { venue: new UsdmExchangeVenue(link), accountStream: new UsdmAccountStream(link) };
  },
};

/**
 * Returns an account's orders and reads, and what is told of it: one pair, that shares its connections and
 * its budget. *Errors*: InputError that lists the known venues, or says what is wrong with a key.
 */
export function openExchange(name: string, parts: VenueParts): OpenExchange {
  const open = EXCHANGES[name];
  if (open !== undefined) return open(parts);
  throw new InputError({
    field: 'venue',
    value: name,
    because: `there is none of that name (${Object.keys(EXCHANGES).join(', ')})`,
    remedy: 'Choose one of these.',
  });
}

/** *Errors*: InputError where the access or the key is missing, or unusable. */
export function spotLink(parts: VenueParts): SpotLink {
  return new SpotLink(accountParts(parts));
}

function accountParts({ account, clock, access }: VenueParts): AccountParts {
  if (access === undefined)
    throw new InputError({
      ...{
        field: 'venue',
        value: account,
        because: 'a real exchange is asked with a key, and none is named',
      },
      remedy: 'Name the files of a key.',
    });
  return { account, clock, ...access, key: ApiKey.fromFiles(access) };
}
