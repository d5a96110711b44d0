import { InputError, type InstrumentId, instrumentId, VIRTUAL_SHARDS } from '@algo/model';
import { STANDBY_SERVICES, type StandbyService } from '@algo/runtime';
import { retoldAs, tradePaths } from '@algo/tradefiles/paths';
import { MARKET_DATA, realExchange } from '@algo/venues';
import type { LiveAccountKeys } from './live-accounts.ts';

/** `synthetic`, `file`, or the name of a live feed. */
export type FeedKind = string;

const LIVE_FEEDS = Object.keys(MARKET_DATA);
const isLive = (feed: FeedKind) => LIVE_FEEDS.includes(feed);

/** What `algo up` was asked for, checked. */
export interface UpOptions {
  readonly feedKind: FeedKind;
  /** As ingest is told: `synthetic`, a live feed or `file:` with absolute paths. */
  readonly feed: string;
  readonly files: readonly string[];
  /** How many times as fast as the clock, or `max`; undefined where ingest's own standard holds. */
  /** Columns of files without a header, as typed; empty where headers tell. */
  readonly layout: string;
  readonly speed: string | undefined;
  readonly dataDir: string | undefined;
  /** Each has its own decider, guard and executor, and a paper exchange where it is not live. */
  readonly accounts: readonly string[];
  /** Those whose orders go to a real exchange. */
  readonly live: readonly LiveAccountKeys[];
  /** What a person gave instead of typing it. */
  readonly confirmLive: string | undefined;
  readonly instruments: readonly InstrumentId[];
  readonly tradingConfig: string | undefined;
  readonly seed: number | undefined;
  /** How many processes share the instruments; as it was last when undefined. */
  readonly analytics: number | undefined;
  /** Of these a second process stands by for each account. */
  readonly standby: readonly StandbyService[];
  readonly port: number | undefined;
  /** Whether the bus is encrypted. */
  readonly tls: boolean;
  /** Nothing is started: only whether all could use this configuration. */
  readonly check: boolean;
  readonly exitAtEnd: boolean;
  /** So many rows of a recording may be refused, where they are more than one in a hundred. */
  readonly acceptRefused: number;
  readonly json: boolean;
}

/** The options as the command line's parser hands them over. */
export interface RawUpOptions {
  readonly feed?: string;
  readonly live?: string;
  readonly confirmLive?: string;
  readonly layout?: string;
  readonly speed?: string;
  readonly dataDir?: string;
  readonly accounts?: string;
  readonly instruments?: string;
  readonly tradingConfig?: string;
  readonly seed?: string;
  readonly analytics?: string;
  readonly standby?: string;
  readonly port?: string;
  readonly tls?: boolean;
  readonly check?: boolean;
  readonly exitAtEnd?: boolean;
  readonly acceptRefused?: string;
  readonly json?: boolean;
}

/** Five processes each; more belong on more machines. */
const ACCOUNTS_MAX = 8;
/** Beyond it an order's way through the engine takes longer than the order may live. */
const SAFE_SPEED_MAX = 100;

/**
 * Returns the options of `algo up`. *Errors*: InputError naming the option. `absolute` makes a caller's path
 * absolute, `live` are the accounts of the file that `--live` names, `pathsOf` finds the files that a list
 * names.
 */
export function parseUpOptions(
  raw: RawUpOptions,
  absolute: (path: string) => string,
  pathsOf: (list: string) => readonly string[] = (list) => tradePaths(list, absolute),
  live: readonly LiveAccountKeys[] = [],
): UpOptions {
  const { feedKind, files } = parseFeed(raw.feed ?? feedFor(live), pathsOf);
  for (const account of live) refuseOtherMarket(account, raw.feed ?? feedKind, feedKind);
  if (raw.layout !== undefined && feedKind !== 'file')
    throw refused('--layout', raw.layout, `the feed ${feedKind} has no columns`, 'Leave --layout out.');
  if (raw.exitAtEnd === true && feedKind !== 'file') {
    const because = isLive(feedKind) ? 'a live feed has no end' : 'a made-up market has no end';
    throw refused('--exit-at-end', feedKind, because, 'Leave --exit-at-end out.');
  }
  return {
    feedKind,
    feed: feedKind === 'file' ? `file:${files.join(',')}` : feedKind,
    files,
    layout: raw.layout ?? '',
    speed: raw.speed === undefined ? undefined : parseSpeed(raw.speed, feedKind, raw.exitAtEnd === true),
    dataDir: raw.dataDir === undefined ? undefined : absolute(raw.dataDir),
    accounts: accountsOf(raw.accounts, live),
    live,
    confirmLive: raw.confirmLive,
    instruments: listOf(raw.instruments ?? '').map((typed) => instrumentTyped(typed, feedKind)),
    tradingConfig: raw.tradingConfig,
    seed: raw.seed === undefined ? undefined : wholeNumber('--seed', raw.seed, 0, 4_294_967_295),
    analytics: raw.analytics === undefined ? undefined : analyticsCount('--analytics', raw.analytics),
    standby: parseStandby(raw.standby ?? ''),
    port: raw.port === undefined ? undefined : wholeNumber('--port', raw.port, 1, 65_535),
    tls: raw.tls === true,
    check: raw.check === true,
    exitAtEnd: raw.exitAtEnd === true,
    acceptRefused: wholeNumber('--accept-refused', raw.acceptRefused ?? '0', 0, 999_999_999_999),
    json: raw.json === true,
  };
}

/** Returns the feed of the market in which real orders trade, or the made-up one. */
function feedFor(live: readonly LiveAccountKeys[]): string {
  const [first] = live;
  return first === undefined ? 'synthetic' : realExchange(first.exchange)!.feed;
}

/** An order is priced by what the feed says, so that it must be the feed of the exchange that it goes to. */
function refuseOtherMarket({ account, exchange }: LiveAccountKeys, typed: string, feedKind: FeedKind): void {
  if (MARKET_DATA[feedKind]?.exchange === exchange) return;
  const feeds = LIVE_FEEDS.filter((name) => MARKET_DATA[name]!.exchange === exchange);
  const because = `${account} trades on ${exchange}, whose prices it does not bring`;
  throw refused(
    '--feed',
    typed,
    because,
    `Use ${feeds.join(' or ')}; another exchange has an engine of its own.`,
  );
}

/** Returns all accounts: those of the file of exchanges, and those named beside, which are played. */
function accountsOf(named: string | undefined, live: readonly LiveAccountKeys[]): string[] {
  const real = live.map(({ account }) => account);
  if (named === undefined && real.length > 0) return real;
  const played = parseAccounts(named ?? 'paper-main').filter((account) => !real.includes(account));
  return [...real, ...played];
}

function parseFeed(
  feed: string,
  pathsOf: (list: string) => readonly string[],
): { feedKind: FeedKind; files: readonly string[] } {
  if (feed === 'synthetic' || isLive(feed)) return { feedKind: feed, files: [] };
  const list = feed.startsWith('file:') ? feed.slice('file:'.length).trim() : '';
  if (list !== '') return { feedKind: 'file', files: filesOf(list, pathsOf) };
  const remedy = `Use synthetic, ${LIVE_FEEDS.join(', ')}, or file:PATH[,PATH].`;
  throw refused('--feed', feed, 'not a feed', remedy);
}

function filesOf(list: string, pathsOf: (list: string) => readonly string[]): readonly string[] {
  try {
    return pathsOf(list);
  } catch (error) {
    throw retoldAs(error, '--feed', 'file:');
  }
}

function instrumentTyped(typed: string, feedKind: FeedKind): InstrumentId {
  try {
    return instrumentId(typed);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const live = MARKET_DATA[feedKind];
    const whole = live === undefined ? 'binance.spot.BTCUSDT' : `${live.venue}.${live.market}.${typed}`;
    throw refused('--instruments', typed, error.because, `Write it with its venue and market: ${whole}.`);
  }
}

function parseSpeed(speed: string, feedKind: FeedKind, exitAtEnd: boolean): string {
  if (isLive(feedKind))
    throw refused('--speed', speed, 'a live feed has the speed of the market', 'Leave --speed out.');
  if (speed === 'max') {
    if (exitAtEnd) return speed;
    const because = 'no order can be worked at that speed, so it is for recordings that are only stored';
    throw refused(
      '--speed',
      speed,
      because,
      'Name a file and add --exit-at-end, or give a speed up to 1000.',
    );
  }
  const times = Number(speed);
  if (/^\d{1,4}(\.\d{1,3})?$/.test(speed) && times >= 1 && times <= 1_000) return speed;
  throw refused(
    '--speed',
    speed,
    'not between 1 and 1000, nor max',
    'Name how many times faster than the clock.',
  );
}

function parseAccounts(text: string): string[] {
  const accounts = listOf(text);
  const areWords = accounts.every((name) => /^[A-Za-z0-9_-]{1,64}$/.test(name));
  const isOnce = accounts.length === new Set(accounts).size;
  if (areWords && isOnce && accounts.length >= 1 && accounts.length <= ACCOUNTS_MAX) return accounts;
  const because = `not between 1 and ${ACCOUNTS_MAX} different single words`;
  throw refused(
    '--accounts',
    text,
    because,
    'Name each account once, comma separated: letters, digits, - and _.',
  );
}

function parseStandby(text: string): StandbyService[] {
  return [...new Set(listOf(text))].map((name) => {
    const service = STANDBY_SERVICES.find((one) => one === name);
    if (service !== undefined) return service;
    const remedy = `Name ${STANDBY_SERVICES.join(' or ')}, or both, comma separated.`;
    throw refused('--standby', name, 'no second process of it can stand by', remedy);
  });
}

/** Returns what the speed means for orders, where that is worth saying at the start. */
export function speedWarning({ speed }: Pick<UpOptions, 'speed'>): string | undefined {
  if (speed === 'max')
    return 'at the speed max orders expire before they are worked: the recording is analysed and stored';
  if (Number(speed ?? 1) <= SAFE_SPEED_MAX) return undefined;
  return (
    `at ${speed} times the clock orders will expire: what takes this machine 50 ms takes ` +
    `${(Number(speed) * 0.05).toFixed(0)} s of the market's time`
  );
}

/** Returns how many analytics processes are asked for. *Errors*: InputError naming the option. */
export function analyticsCount(option: string, text: string): number {
  return wholeNumber(option, text, 1, VIRTUAL_SHARDS);
}

/** Returns a whole number given as text. *Errors*: InputError naming the option and its range. */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d{1,12}$/.test(text) && value >= least && value <= most) return value;
  throw refused(option, text, `not a whole number from ${least} to ${most}`, 'Give one in that range.');
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function refused(field: string, value: string, because: string, remedy: string): InputError {
  return new InputError({ field, value, because, remedy });
}
