import { InputError, type InstrumentId, instrumentId } from '@algo/model';

export type FeedKind = 'synthetic' | 'binance' | 'file';
export type Pacing = 'steps' | 'live';

/** What `algo up` was asked for, checked. */
export interface UpOptions {
  readonly feedKind: FeedKind;
  /** As ingest is told: `synthetic`, `binance` or `file:` with absolute paths. */
  readonly feed: string;
  readonly files: readonly string[];
  readonly pacing: Pacing;
  readonly speed: string | undefined;
  readonly dataDir: string | undefined;
  readonly instruments: readonly InstrumentId[];
  readonly tradingConfig: string | undefined;
  readonly seed: number | undefined;
  readonly analytics: number;
  readonly port: number | undefined;
  readonly exitAtEnd: boolean;
  readonly json: boolean;
}

/** The options as the command line's parser hands them over. */
export interface RawUpOptions {
  readonly feed?: string;
  readonly speed?: string;
  readonly dataDir?: string;
  readonly instruments?: string;
  readonly tradingConfig?: string;
  readonly seed?: string;
  readonly analytics?: string;
  readonly port?: string;
  readonly exitAtEnd?: boolean;
  readonly json?: boolean;
}

/**
 * A made-up market runs faster than the wall clock, so that a newcomer sees an hour of it in three minutes.
 */
const DEFAULT_SPEED: Readonly<Record<FeedKind, string | undefined>> = {
  synthetic: '20',
  file: undefined,
  binance: undefined,
};

/**
 * Returns the options of `algo up`. *Errors*: InputError naming the option. `absolute` makes a caller's path
 * absolute.
 */
export function parseUpOptions(raw: RawUpOptions, absolute: (path: string) => string): UpOptions {
  const { feedKind, files } = parseFeed(raw.feed ?? 'synthetic', absolute);
  const pacing: Pacing = feedKind === 'binance' ? 'live' : 'steps';
  if (raw.speed !== undefined && pacing === 'live')
    throw refused('--speed', raw.speed, 'a live feed has the speed of the market', 'Leave --speed out.');
  if (raw.exitAtEnd === true && pacing === 'live')
    throw refused('--exit-at-end', feedKind, 'a live feed has no end', 'Leave --exit-at-end out.');
  return {
    feedKind,
    feed: feedKind === 'file' ? `file:${files.join(',')}` : feedKind,
    files,
    pacing,
    speed: raw.speed === undefined ? DEFAULT_SPEED[feedKind] : parseSpeed(raw.speed),
    dataDir: raw.dataDir === undefined ? undefined : absolute(raw.dataDir),
    instruments: listOf(raw.instruments ?? '').map((id) => instrumentId(id)),
    tradingConfig: raw.tradingConfig,
    seed: raw.seed === undefined ? undefined : wholeNumber('--seed', raw.seed, 0, 4_294_967_295),
    analytics: wholeNumber('--analytics', raw.analytics ?? '1', 1, 16),
    port: raw.port === undefined ? undefined : wholeNumber('--port', raw.port, 1, 65_535),
    exitAtEnd: raw.exitAtEnd === true,
    json: raw.json === true,
  };
}

function parseFeed(
  feed: string,
  absolute: (path: string) => string,
): { feedKind: FeedKind; files: string[] } {
  if (feed === 'synthetic' || feed === 'binance') return { feedKind: feed, files: [] };
  const files = feed.startsWith('file:') ? listOf(feed.slice('file:'.length)).map(absolute) : [];
  if (files.length > 0) return { feedKind: 'file', files };
  const remedy = 'Use synthetic, binance, or file:PATH[,PATH].';
  throw refused('--feed', feed, 'not a feed', remedy);
}

function parseSpeed(speed: string): string {
  if (speed === 'max') return speed;
  const times = Number(speed);
  if (/^\d{1,4}(\.\d{1,3})?$/.test(speed) && times >= 1 && times <= 1_000) return speed;
  throw refused(
    '--speed',
    speed,
    'not between 1 and 1000, nor max',
    'Name how many times faster than the clock.',
  );
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
