import { type AccountId, InputError, type Instrument, type Market } from '@algo/model';
import type { AccountParts } from './binance/account-link.ts';
import { ApiKey } from './binance/api-key.ts';
import type { SharedPause } from './binance/request-budget.ts';
import type { RequestPaths } from './binance/request-paths.ts';
import { SpotAccountStream } from './binance-spot/spot-account-stream.ts';
import { SpotExchangeVenue } from './binance-spot/spot-exchange-venue.ts';
import { SpotLink } from './binance-spot/spot-link.ts';
import { UsdmAccountStream } from './binance-usdm/usdm-account-stream.ts';
import { UsdmExchangeVenue } from './binance-usdm/usdm-exchange-venue.ts';
import { UsdmLink } from './binance-usdm/usdm-link.ts';
import { PaperAccountStream } from './paper/paper-account-stream.ts';
import { type AskPaper, PaperExchangeVenue } from './paper/paper-exchange-venue.ts';
import type { AccountStream, ExchangeVenue, VenueClock } from './port.ts';
import type { Transport } from './transport.ts';

/** What exchanges are opened with; each takes what it needs. */
export interface VenueParts {
  readonly account: AccountId;
  /** How the process that plays the paper exchange is asked. */
  readonly ask: AskPaper;
  readonly clock: VenueClock & { nowMs(): number };
  /** What a real exchange needs beside; left out where there is none. */
  readonly access?: VenueAccess;
  /** How a real exchange is reached; over the network where nothing is said. */
  readonly transport?: Transport;
}

/** Where an exchange is asked. *Shape*: `socketUrl` is where an account is heard. */
export interface ExchangeAddress {
  readonly restUrl: string;
  readonly socketUrl: string;
}

/** What is known of a real exchange without asking it. */
export interface RealExchange extends ExchangeAddress {
  /** The live feed of its market, by its name. */
  readonly feed: string;
  /** Whose instruments it trades. */
  readonly venue: string;
  readonly market: Market;
}

/** What a real exchange is asked with. *Shape*: keys are files, never values. */
export interface VenueAccess {
  readonly instruments: readonly Instrument[];
  readonly keyFile: string;
  readonly secretFile: string;
  readonly address: ExchangeAddress;
  /** A number from 0 to 1, for the jitter of waits. */
  readonly random: () => number;
  readonly pause?: SharedPause;
  /** Above it no contract is traded; the market's own bound where nothing is said. */
  readonly leverageMax?: number;
  /** By which way requests go; directly where nothing is said. */
  readonly paths?: RequestPaths;
}

/** An exchange for one account: what is asked of it, and what it tells by itself, not yet open. */
export interface OpenExchange {
  readonly venue: ExchangeVenue;
  readonly accountStream: AccountStream;
}

/** An exchange that orders can go to. *Shape*: `real` is null for the one that is played here. */
interface Exchange {
  readonly real: RealExchange | null;
  readonly open: (parts: VenueParts) => OpenExchange;
}

/** Every exchange that orders can go to: one entry each. */
const EXCHANGES: Readonly<Record<string, Exchange>> = {
  paper: {
    real: null,
    open: ({ account, ask, clock }) => ({
      venue: new PaperExchangeVenue(account, ask, clock),
      accountStream: new PaperAccountStream(account, ask, clock),
    }),
  },
  'binance-spot': {
    real: {
      ...{ feed: 'binance', venue: 'binance', market: 'spot', restUrl: 'https://api.binance.com' },
      socketUrl: 'wss://ws-api.binance.com:443/ws-api/v3',
    },
    open: (parts) => {
      const link = spotLink(parts);
      return { venue: new SpotExchangeVenue(link), accountStream: new SpotAccountStream(link) };
    },
  },
  'binance-usdm': {
    real: {
      ...{ feed: 'binance-usdm', venue: 'binance', market: 'perp', restUrl: 'https://fapi.binance.com' },
      socketUrl: 'wss://fstream.binance.com',
    },
    open: (parts) => {
      const link = usdmLink(parts);
      return { venue: new UsdmExchangeVenue(link), accountStream: new UsdmAccountStream(link) };
    },
  },
};

/** The names of all exchanges that orders can go to. */
export const EXCHANGE_NAMES: readonly string[] = Object.keys(EXCHANGES);

/** Returns what is known of a real exchange; undefined for the one that is played here, or none. */
export function realExchange(name: string): RealExchange | undefined {
  return (Object.hasOwn(EXCHANGES, name) ? EXCHANGES[name]?.real : null) ?? undefined;
}

/** Those of them that are real. */
export const REAL_EXCHANGE_NAMES: readonly string[] = EXCHANGE_NAMES.filter((name) => realExchange(name));

/** Returns those instruments that an exchange trades; all of them where it is played here. */
export function tradedAt(name: string, instruments: readonly Instrument[]): readonly Instrument[] {
  const real = realExchange(name);
  if (real === undefined) return instruments;
  return instruments.filter(({ venue, market }) => venue === real.venue && market === real.market);
}

/**
 * Returns an account's orders and reads, and what is told of it: one pair, that shares its connections and
 * its budget. *Errors*: InputError that lists the known venues, or says what is wrong with a key.
 */
export function openExchange(name: string, parts: VenueParts): OpenExchange {
  if (Object.hasOwn(EXCHANGES, name)) return EXCHANGES[name]!.open(parts);
  throw new InputError({
    field: 'venue',
    value: name,
    because: `there is none of that name (${EXCHANGE_NAMES.join(', ')})`,
    remedy: 'Choose one of these.',
  });
}

/** *Errors*: InputError where the access or the key is missing, or unusable. */
export function spotLink(parts: VenueParts): SpotLink {
  return new SpotLink(accountParts(parts));
}

/** *Errors*: as `spotLink`. */
export function usdmLink(parts: VenueParts): UsdmLink {
  return new UsdmLink(accountParts(parts));
}

function accountParts({ account, clock, access, transport }: VenueParts): AccountParts {
  if (access === undefined)
    throw new InputError({
      ...{
        field: 'venue',
        value: account,
        because: 'a real exchange is asked with a key, and none is named',
      },
      remedy: 'Name the files of a key.',
    });
  const { address, ...more } = access;
  const way = transport === undefined ? {} : { transport };
  return { account, clock, ...more, ...address, ...way, key: ApiKey.fromFiles(access) };
}
