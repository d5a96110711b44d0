import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { InputError, MARKET_TRAITS } from '@algo/model';
import { ConfigError, type LiveAccount } from '@algo/runtime';
import {
  REAL_EXCHANGE_NAMES,
  REQUEST_PATHS,
  type RealExchange,
  type RequestPaths,
  realExchange,
} from '@algo/venues';
import { parseDocument } from 'yaml';
import { z } from 'zod';

/** How a live account's exchange is asked. *Shape*: paths are absolute; the key itself stands nowhere. */
export interface LiveAccountKeys extends LiveAccount {
  readonly account: string;
  readonly keyFile: string;
  readonly secretFile: string;
  readonly restUrl: string;
  readonly socketUrl: string;
  /** By which way requests go, and by which where that one is dead. */
  readonly paths: RequestPaths;
  /** Above it no contract is traded; the exchange's own bound where nothing is said. */
  readonly leverageMax?: number;
}

const url = (what: string, pattern: RegExp) => z.string().regex(pattern, `expected ${what}`).optional();

function hasLeverage(exchange: string): boolean {
  return !MARKET_TRAITS[realExchange(exchange)!.market].deliversBase;
}

const account = z
  .strictObject({
    exchange: z.enum(REAL_EXCHANGE_NAMES, `expected ${REAL_EXCHANGE_NAMES.join(' or ')}`),
    key_file: z.string('expected the path of a file with the API key').min(1, 'expected a path'),
    secret_file: z.string('expected the path of a file with the secret').min(1, 'expected a path'),
    starting_equity: z
      .string('expected what the engine may trade with, in the quote currency')
      .regex(/^(0\.\d*[1-9]\d*|[1-9]\d{0,11}(\.\d{1,8})?)$/, 'expected an amount such as 500'),
    primary: z.enum(REQUEST_PATHS, `expected ${REQUEST_PATHS.join(' or ')}`).optional(),
    fallback: z.enum(REQUEST_PATHS, `expected ${REQUEST_PATHS.join(' or ')}`).optional(),
    fallback_url: url('an address such as https://api1.binance.com', /^https?:\/\/.+/),
    leverage_max: z
      .string()
      .regex(/^[1-9]\d{0,2}$/, 'expected a whole number such as 10')
      .optional(),
    rest_url: url('an address such as https://testnet.binance.vision', /^https?:\/\/.+/),
    socket_url: url('an address such as wss://ws-api.testnet.binance.vision/ws-api/v3', /^wss?:\/\/.+/),
  })
  .refine(({ exchange, leverage_max }) => leverage_max === undefined || hasLeverage(exchange), {
    path: ['leverage_max'],
    message: 'a spot account has no leverage; remove it',
  })
  .refine(({ fallback, primary = 'direct' }) => fallback !== primary, {
    path: ['fallback'],
    message: 'it is the primary way too; name the other one, or leave it out',
  })
  .refine(({ fallback, fallback_url }) => fallback_url === undefined || fallback !== undefined, {
    path: ['fallback_url'],
    message: 'there is no fallback; name one, or remove it',
  });
const file = z.strictObject({
  accounts: z
    .record(z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected a single word'), account)
    .refine((accounts) => Object.keys(accounts).length > 0, 'expected at least one account'),
});

/**
 * Returns the accounts that a file of exchanges names. *Errors*: InputError when it can't be read,
 * ConfigError with every mistake.
 */
export function readLiveAccounts(path: string): LiveAccountKeys[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputError({
      ...{ field: '--live', value: path, because: `cannot be read: ${(error as Error).message}` },
      remedy: 'Name a file of exchanges; docs/going-live.md shows one.',
    });
  }
  return parseLiveAccounts(text, path);
}

/** Returns the accounts that a text names. *Errors*: ConfigError with every mistake. */
export function parseLiveAccounts(text: string, path: string): LiveAccountKeys[] {
  // All values as text: no amount loses digits.
  const document = parseDocument(text, { schema: 'failsafe', prettyErrors: false });
  if (document.errors.length > 0)
    throw new ConfigError(
      path,
      document.errors.map(({ message }) => message),
    );
  const said: unknown = document.toJS();
  const read = file.safeParse(said ?? {});
  if (!read.success)
    throw new ConfigError(
      path,
      read.error.issues.flatMap((issue) => wordsOf(issue, document)),
    );
  return Object.entries(read.data.accounts).map(([name, one]) => {
    const known: RealExchange = realExchange(one.exchange)!;
    return {
      ...{ account: name, exchange: one.exchange, startingEquity: one.starting_equity },
      keyFile: placeOf(one.key_file, path),
      secretFile: placeOf(one.secret_file, path),
      restUrl: one.rest_url ?? known.restUrl,
      socketUrl: one.socket_url ?? known.socketUrl,
      paths: {
        primary: one.primary ?? 'direct',
        ...(one.fallback === undefined ? {} : { fallback: one.fallback }),
        ...(one.fallback_url === undefined ? {} : { fallbackUrl: one.fallback_url }),
      },
      ...(one.leverage_max === undefined ? {} : { leverageMax: Number(one.leverage_max) }),
    };
  });
}

/** Returns live accounts as every process of the engine is told of them. */
export function liveWords(live: readonly (LiveAccount & { readonly account: string })[]): string {
  return live
    .map(({ account, exchange, startingEquity }) => `${account}=${exchange}/${startingEquity}`)
    .join(',');
}

function wordsOf(issue: z.core.$ZodIssue, document: ReturnType<typeof parseDocument>): readonly string[] {
  const at = issue.path.map(String);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${[...at, key].join('.')}: not a setting; correct its name or remove it`);
  const value: unknown = document.getIn(at);
  const shown =
    typeof value === 'string' ? JSON.stringify(value) : value === undefined ? 'not set' : 'a section';
  return [`${at.join('.') || 'the file'} = ${shown}: ${issue.message}`];
}

/** Paths are seen from the file that names them. */
function placeOf(path: string, file: string): string {
  if (path.startsWith('~/')) return join(homedir(), path.slice(2));
  return isAbsolute(path) ? path : join(dirname(file), path);
}
