import { systemClock } from '@algo/bus';
import { accountId, InputError, type Instrument } from '@algo/model';
import { readInstrumentCatalog } from '@algo/runtime';
import { type AccountCheck, checkAccount, MARKET_DATA, type RealExchange, realExchange } from '@algo/venues';
import { type CliEnvironment, fromCaller } from '../config.ts';
import { CommandFailure } from '../exit-codes.ts';
import { printLine } from '../reading/output.ts';

const KEY_FILE = 'ALGO_VENUE_KEY_FILE';
const SECRET_FILE = 'ALGO_VENUE_SECRET_FILE';
const REST_URL = 'ALGO_VENUE_REST_URL';
const SOCKET_URL = 'ALGO_VENUE_SOCKET_URL';

export interface VenueCheckOptions {
  readonly keyFile?: string;
  readonly secretFile?: string;
  readonly placeAndCancel?: boolean;
  readonly json?: boolean;
}

/** Looks whether an account can be traded at an exchange; fails when something stands against it. */
export async function checkVenue(
  name: string,
  options: VenueCheckOptions,
  { inherited, instrumentsFile }: CliEnvironment,
): Promise<void> {
  const known = realExchange(name);
  const path = (given: string | undefined, option: string, variable: string): string => {
    const text = given ?? inherited[variable];
    if (text !== undefined && text !== '') return fromCaller(text);
    throw new InputError({
      ...{ field: option, value: '', because: 'no file of a key is named' },
      remedy: `Name one by ${option}, or by ${variable}; what it holds is never given itself.`,
    });
  };
  const address = {
    restUrl: inherited[REST_URL] ?? known?.restUrl ?? '',
    socketUrl: inherited[SOCKET_URL] ?? known?.socketUrl ?? '',
  };
  const instruments = await namedInstruments(known, address.restUrl, instrumentsFile);
  const checks = await checkAccount(name, {
    ...{ account: accountId('venue-check'), clock: systemClock },
    ask: () => Promise.reject(new Error('no engine is asked')),
    access: {
      instruments,
      keyFile: path(options.keyFile, '--key-file', KEY_FILE),
      secretFile: path(options.secretFile, '--secret-file', SECRET_FILE),
      address,
      random: Math.random,
    },
    depth: options.placeAndCancel === true ? 'far' : 'refused',
  });
  for (const check of checks) await printLine(options.json === true ? JSON.stringify(check) : lineOf(check));
  const failed = checks.filter(({ result }) => result === 'fail').length;
  if (failed > 0) throw new CommandFailure(`${failed} of ${checks.length} checks failed`);
}

/** The instruments of the exchange that the file names, by the exchange's own rules where it answers. */
async function namedInstruments(
  exchange: RealExchange | undefined,
  restUrl: string,
  instrumentsFile: string,
): Promise<readonly Instrument[]> {
  const named = [...readInstrumentCatalog(instrumentsFile).values()];
  if (exchange === undefined) return named;
  const addresses = {
    binanceUrl: '',
    binanceUsdmUrl: '',
    binanceRestUrl: restUrl,
    binanceUsdmRestUrl: restUrl,
  };
  const clock = { monotonicMs: () => systemClock.monotonicMs(), random: Math.random };
  await using feed = MARKET_DATA[exchange.feed]!.open({ ...addresses, ...clock });
  // An exchange that does not answer is what the checks are for.
  const listed = await feed.listing?.().catch(() => undefined);
  const isIts = ({ venue, market }: Instrument) => venue === exchange.venue && market === exchange.market;
  return named.map((one) => (isIts(one) ? listed?.instruments.get(one.symbol) : undefined) ?? one);
}

function lineOf({ name, result, detail, remedy }: AccountCheck): string {
  return `${result.padEnd(5)} ${name.padEnd(28)} ${detail}${remedy === '' ? '' : `. ${remedy}`}`;
}
