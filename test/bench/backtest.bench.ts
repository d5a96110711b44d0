import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LTC_TAPE, ROOT } from './config.ts';
import { type BenchOptions, type BenchResult, paired, single } from './figures.ts';

/** What the script prints; it opens the services' doors, so nothing of it is imported here. */
interface BacktestFigures {
  readonly trades: number;
  readonly facts: number;
  readonly pairs: readonly { readonly ours: number; readonly floor: number }[];
  readonly schedulerUs: number;
  readonly decisionUs: number;
  readonly heapMib: readonly [early: number, end: number];
}

/** The recorded tape, so often. */
const TILES = 10;

export const name = 'backtest';
export const description =
  'the whole engine in one process over the recorded tape; floor: analytics alone, with every due state read';

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  if (!existsSync(LTC_TAPE)) return { figures: [], notes: ['skipped: no recorded tape beside the checkout'] };
  const tiles = Math.max(1, Math.round(TILES * scale));
  say(`four rounds over the tape × ${tiles}, the first of them cold`);
  const script = fileURLToPath(
    new URL('../../services/backtest/bench/backtest-engine.bench.ts', import.meta.url),
  );
  const options = { encoding: 'utf8', cwd: ROOT } as const;
  const said = execFileSync(process.execPath, [script, LTC_TAPE, String(tiles)], options);
  const { pairs, trades, facts, schedulerUs, decisionUs, heapMib } = JSON.parse(said) as BacktestFigures;
  const [early, end] = heapMib.map(Math.round);
  return {
    figures: [
      paired('whole engine', 'trades/s', pairs, { of: 'ratio', least: 0.6 }),
      single('scheduler, a fact to three readers', 'µs', schedulerUs, { of: 'value', most: 0.3 }),
      single('decision, a state that it does not evaluate', 'µs', decisionUs, { of: 'value', most: 0.3 }),
    ],
    notes: [
      `${trades.toLocaleString('en-US')} trades, ${facts.toLocaleString('en-US')} facts`,
      `heap in use ${early} MiB after a tenth of the tape, ${end} MiB at its end`,
    ],
  };
}
