import { systemClock } from '@algo/bus';
import { accountId, InputError } from '@algo/model';
import { readInstrumentCatalog } from '@algo/runtime';
import { checkSpot, spotLink, type VenueCheck } from '@algo/venues';
import { type CliEnvironment, fromCaller } from '../config.ts';
import { CommandFailure } from '../exit-codes.ts';
import { printLine } from '../reading/output.ts';

const KEY_FILE = 'ALGO_VENUE_KEY_FILE';
const SECRET_FILE = 'ALGO_VENUE_SECRET_FILE';
const REST_URL = 'ALGO_BINANCE_SPOT_REST_URL';
const SOCKET_URL = 'ALGO_BINANCE_SPOT_SOCKET_URL';

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
  if (name !== 'binance-spot')
    throw new InputError({
      ...{ field: 'venue', value: name, because: 'there is no check of that name (binance-spot)' },
      remedy: 'Choose this one.',
    });
  const path = (given: string | undefined, option: string, variable: string): string => {
    const text = given ?? inherited[variable];
    if (text !== undefined && text !== '') return fromCaller(text);
    throw new InputError({
      ...{ field: option, value: '', because: 'no file of a key is named' },
      remedy: `Name one by ${option}, or by ${variable}; what it holds is never given itself.`,
    });
  };
  await using link = spotLink({
    account: accountId('venue-check'),
    ask: () => Promise.reject(new Error('no engine is asked')),
    clock: systemClock,
    access: {
      instruments: [...readInstrumentCatalog(instrumentsFile).values()],
      keyFile: path(options.keyFile, '--key-file', KEY_FILE),
      secretFile: path(options.secretFile, '--secret-file', SECRET_FILE),
      restUrl: inherited[REST_URL] ?? 'https://api.binance.com',
      socketUrl: inherited[SOCKET_URL] ?? 'wss://ws-api.binance.com:443/ws-api/v3',
      random: Math.random,
    },
  });
  const checks = await checkSpot(link, options.placeAndCancel === true);
  for (const check of checks) await printLine(options.json === true ? JSON.stringify(check) : lineOf(check));
  const failed = checks.filter(({ result }) => result === 'fail').length;
  if (failed > 0) throw new CommandFailure(`${failed} of ${checks.length} checks failed`);
}

function lineOf({ name, result, detail, remedy }: VenueCheck): string {
  return `${result.padEnd(5)} ${name.padEnd(28)} ${detail}${remedy === '' ? '' : `. ${remedy}`}`;
}
