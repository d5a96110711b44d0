import { readdirSync } from 'node:fs';
import { InputError, type InstrumentId, instrumentId, type TimeUs, US_PER_MS } from '@algo/model';
import { layoutOfWords, type TradeLayout } from '@algo/tradefiles';
import type { TimeRange } from './file-lane.ts';
import { inDataWords } from './typed-words.ts';

/** The options of `algo backtest` as the command line's parser hands them over. */
export interface RawBacktestOptions {
  readonly data?: readonly string[];
  readonly layout?: string;
  readonly config?: string;
  readonly instruments?: string;
  readonly from?: string;
  readonly to?: string;
  readonly seed?: string;
  readonly acceptRefused?: string;
  readonly hash?: boolean;
  readonly json?: boolean;
}

/** What `algo backtest` was asked for, checked. */
export interface BacktestOptions {
  readonly files: readonly string[];
  readonly layout: TradeLayout | undefined;
  readonly config: string | undefined;
  /** Whose trades the files hold: one for each, one for all, or none; then the files must tell. */
  readonly instruments: readonly InstrumentId[];
  readonly range: TimeRange;
  readonly seed: number | undefined;
  /** So many rows may be refused, where they are more than one in a hundred. */
  readonly acceptRefused: number;
}

const SEED_MAX = 4_294_967_295;
/** A day, or a moment of it; UTC unless it says otherwise. */
const MOMENT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/**
 * Returns the options of `algo backtest`. *Errors*: InputError in the words typed. `pathsOf` finds the files
 * that a list names; `configsDir` is the folder of trading configurations.
 */
export function parseBacktestOptions(
  raw: RawBacktestOptions,
  pathsOf: (list: string) => readonly string[],
  configsDir: string,
): BacktestOptions {
  const files = inDataWords(() => (raw.data ?? []).flatMap(pathsOf));
  if (files.length === 0)
    throw refused('--data', '', 'no file of trades is named', 'Name one or more: --data trades.csv.gz');
  const repeated = files.find((file, i) => files.indexOf(file) !== i);
  if (repeated !== undefined) throw refused('--data', repeated, 'named twice', 'Name each file once.');
  const fromUs = raw.from === undefined ? 0 : momentOf('--from', raw.from);
  const endUs = raw.to === undefined ? Number.MAX_SAFE_INTEGER : momentOf('--to', raw.to);
  if (fromUs >= endUs)
    throw refused('--to', raw.to ?? '', `not after --from ${raw.from}`, 'Give the end behind the beginning.');
  return {
    files,
    layout: raw.layout === undefined ? undefined : layoutOfWords(raw.layout),
    config: raw.config === undefined ? undefined : knownConfig(raw.config, configsDir),
    instruments: listOf(raw.instruments ?? '').map(instrumentOf),
    range: { fromUs, toUs: endUs - 1 },
    seed: raw.seed === undefined ? undefined : seedOf(raw.seed),
    acceptRefused: raw.acceptRefused === undefined ? 0 : rowsOf(raw.acceptRefused),
  };
}

function momentOf(option: '--from' | '--to', text: string): TimeUs {
  const zoned = /(Z|[+-]\d{2}:\d{2})$/.test(text.slice(10)) ? text : `${text}${text.length > 10 ? 'Z' : ''}`;
  const ms = Date.parse(zoned); // tidy-ok: reads what a person typed, no clock
  if (MOMENT.test(text) && Number.isFinite(ms)) return ms * US_PER_MS;
  throw refused(option, text, 'not a day or a moment', 'Write 2025-06-21 or 2025-06-21T12:30 (UTC).');
}

function knownConfig(name: string, configsDir: string): string {
  const known = readdirSync(configsDir)
    .filter((file) => /\.ya?ml$/.test(file))
    .map((file) => file.replace(/\.ya?ml$/, ''))
    .toSorted();
  if (known.includes(name)) return name;
  throw refused('--config', name, `there is none of that name (${known.join(', ')})`, 'Choose one of these.');
}

function instrumentOf(text: string): InstrumentId {
  try {
    return instrumentId(text);
  } catch {
    throw refused('--instruments', text, 'not the id of an instrument', 'Write it as binance.spot.BTCUSDT.');
  }
}

function rowsOf(text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw refused('--accept-refused', text, 'not a number of rows', 'Give a whole number, 0 or more.');
}

function seedOf(text: string): number {
  const seed = Number(text);
  if (/^\d{1,10}$/.test(text) && seed <= SEED_MAX) return seed;
  throw refused('--seed', text, `not a whole number from 0 to ${SEED_MAX}`, 'Give one in that range.');
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
