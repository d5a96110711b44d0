import { CandleAnalytics } from '@algo/market-analytics';
import { type InstrumentId, type RuleSet, TIMEFRAME_US, TIMEFRAMES } from '@algo/model';
import { type AnalysisLine, gapLine, zoneLine } from './analysis-lines.ts';
import { type CandleFile, type FileBar, readCandleFile } from './candle-file.ts';

/** What of bars is wanted. */
export interface CandleAnalysis {
  readonly path: string;
  readonly instrument: InstrumentId;
  readonly features: readonly string[];
  readonly rules: readonly RuleSet[];
}

const DAY_S = 86_400;

/** Says a line for each bar of a file and for each step of what is drawn on them. *Errors*: InputError. */
export async function analyzeCandles(
  { path, instrument, features, rules }: CandleAnalysis,
  say: (line: AnalysisLine) => Promise<void>,
): Promise<void> {
  const file = readCandleFile(path);
  const timeframe = lengthName(file);
  const engine = new CandleAnalytics(instrument, file.lengthUs, features, rules);
  for (const bar of file.bars) {
    const endUs = bar.openTimeUs + file.lengthUs;
    const drawn: AnalysisLine[] = [];
    const values = engine.onBar(bar, {
      onZone: (zone) => drawn.push(zoneLine(zone, timeframe, endUs)),
      onGap: (gap) => drawn.push(gapLine(gap, timeframe, endUs)),
    });
    await say(barLine(bar, instrument, timeframe, features, values));
    for (const line of drawn) await say(line);
  }
}

/** The time stands as it was written; what only trades tell is absent. */
function barLine(
  bar: FileBar,
  instrument: InstrumentId,
  timeframe: string,
  names: readonly string[],
  values: readonly (number | null)[],
): AnalysisLine {
  const { written, open, high, low, close, volume, buyVolume } = bar;
  const timestamp = /^\d+$/.test(written) ? Number(written) : written;
  return {
    ...{ type: 'candle', instrument, timeframe, timestamp, open, high, low, close, volume },
    ...(buyVolume === null ? {} : { buy_volume: buyVolume }),
    ...Object.fromEntries(names.map((name, i) => [name, values[i] ?? null])),
  };
}

/** Returns a length in words: `15m`, `4h`, `1d`, else in seconds. */
function lengthName({ lengthUs }: CandleFile): string {
  const known = TIMEFRAMES.find((timeframe) => TIMEFRAME_US[timeframe] === lengthUs);
  if (known !== undefined) return known;
  const seconds = lengthUs / 1e6;
  for (const [unit, size] of [
    ['d', DAY_S],
    ['h', 3_600],
    ['m', 60],
  ] as const)
    if (seconds % size === 0) return `${seconds / size}${unit}`;
  return `${seconds}s`;
}
