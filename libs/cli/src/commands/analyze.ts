import { closeSync, createReadStream, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { FEATURE_FAMILIES, featuresNamed, USUAL_FEATURES } from '@algo/market-analytics';
import {
  InputError,
  type InstrumentId,
  instrumentId,
  RULE_SETS,
  type RuleSet,
  TIMEFRAMES,
  type Timeframe,
} from '@algo/model';
import { parquetOfLines } from '@algo/tradefiles';
import type { AnalysisLine } from '../analysis/analysis-lines.ts';
import { analyzeCandles } from '../analysis/analyze-candles.ts';
import { TradeAnalyst } from '../analysis/analyze-trades.ts';
import { recordedTrades } from '../analysis/recorded-trades.ts';
import { type CliEnvironment, fromCaller } from '../config.ts';
import { printLine } from '../reading/output.ts';

/** What was typed. */
export interface AnalyzeOptions {
  readonly data?: readonly string[];
  readonly candles?: string;
  readonly instrument?: string;
  readonly timeframe?: string;
  readonly rules?: string;
  readonly features?: string;
  readonly out?: string;
}

/** `algo analyze`: prints what analytics makes of recorded trades or bars, a line for each thing. */
export async function analyze(options: AnalyzeOptions, environment: CliEnvironment): Promise<void> {
  const rules = chosen('--rules', options.rules, RULE_SETS, ['classic']);
  const features = options.features?.split(',').map((name) => name.trim()) ?? USUAL_FEATURES;
  featuresNamed(features, FEATURE_FAMILIES);
  const out = chosen('--out', options.out, ['ndjson', 'parquet'], ['ndjson'])[0]!;
  const { data, candles } = options;
  if ((data === undefined) === (candles === undefined))
    throw new InputError({
      field: 'algo analyze',
      value: data === undefined ? 'neither --data nor --candles' : 'both --data and --candles',
      because: 'it reads one of the two',
      remedy: 'Give --data with files of trades, or --candles with a file of bars.',
    });
  await withOutput(out, async (say) => {
    if (candles !== undefined) {
      const path = fromCaller(candles);
      const instrument = instrumentId(options.instrument ?? `file.bars.${nameOf(path)}`);
      await analyzeCandles({ path, instrument, features, rules }, say);
    } else {
      const timeframes = chosen('--timeframe', options.timeframe, TIMEFRAMES, TIMEFRAMES);
      await analyzeFiles(data ?? [], { ...options, timeframes, features, rules }, environment, say);
    }
  });
}

type Say = (line: AnalysisLine) => Promise<void>;

interface Wanted {
  readonly instrument?: string;
  readonly timeframes: readonly Timeframe[];
  readonly features: readonly string[];
  readonly rules: readonly RuleSet[];
}

async function analyzeFiles(
  data: readonly string[],
  { instrument: named, timeframes, features, rules }: Wanted,
  environment: CliEnvironment,
  say: Say,
): Promise<void> {
  const analysts = new Map<InstrumentId, TradeAnalyst>();
  for await (const { instrument, trades } of recordedTrades(data, named, environment)) {
    const known = analysts.get(instrument.id);
    const analyst = known ?? new TradeAnalyst({ instrument, timeframes, features, rules });
    analysts.set(instrument.id, analyst);
    for (const line of analyst.take(trades)) await say(line);
  }
}

/** Gives lines a way out: to standard output, or through a file that becomes Parquet there. */
async function withOutput(out: 'ndjson' | 'parquet', work: (say: Say) => Promise<void>): Promise<void> {
  if (out === 'ndjson') return work((line) => printLine(JSON.stringify(line)));
  if (process.stdout.isTTY)
    throw new InputError({
      field: '--out',
      value: out,
      because: 'Parquet is not for reading on a terminal',
      remedy: 'Send it into a file: algo analyze … --out parquet > analysis.parquet',
    });
  const folder = mkdtempSync(join(tmpdir(), 'algo-analyze-'));
  try {
    const lines = join(folder, 'lines.ndjson');
    const handle = openSync(lines, 'w');
    await work(async (line) => void writeSync(handle, `${JSON.stringify(line)}\n`)).finally(() =>
      closeSync(handle),
    );
    const parquet = join(folder, 'lines.parquet');
    await parquetOfLines(lines, parquet);
    await pipeline(createReadStream(parquet), process.stdout, { end: false });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns what a comma-separated text names of a list. *Errors*: InputError naming the option. */
function chosen<Member extends string>(
  option: string,
  text: string | undefined,
  members: readonly Member[],
  usual: readonly Member[],
): readonly Member[] {
  if (text === undefined) return usual;
  return text.split(',').map((word) => {
    const member = members.find((one) => one === word.trim());
    if (member === undefined)
      throw new InputError({
        field: option,
        value: word,
        because: `not one of ${members.join(', ')}`,
        remedy: 'Name one of these, or several with commas between them.',
      });
    return member;
  });
}

function nameOf(path: string): string {
  return (
    basename(path)
      .split('.')[0]!
      .replaceAll(/[^A-Za-z0-9_-]/g, '') || 'bars'
  );
}
