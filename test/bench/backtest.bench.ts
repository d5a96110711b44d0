import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LIMIT_FOLDER, LTC_TAPE, ROOT } from './config.ts';
import { type BenchOptions, type BenchResult, median, paired, single } from './figures.ts';

/** What the script prints; it opens the services' doors, so nothing of it is imported here. */
interface BacktestFigures {
  readonly trades: number;
  readonly facts: number;
  readonly rates: readonly number[];
  readonly processorUs: readonly number[];
  readonly shares: Readonly<Record<string, number>>;
  readonly schedulerUs: number;
  readonly decisionUs: number;
  readonly heapMib: readonly [early: number, end: number];
}

/** The recorded tape, so often. */
const TILES = 10;

export const name = 'backtest';
export const description =
  'the whole engine in one process over the recorded tape; floor: the bare loop of the limit folder';

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  if (!existsSync(LTC_TAPE)) return { figures: [], notes: ['skipped: no recorded tape beside the checkout'] };
  const tiles = Math.max(1, Math.round(TILES * scale));
  say(`five rounds over the tape × ${tiles}: cold, three that count, one under the profiler`);
  const script = fileURLToPath(
    new URL('../../services/backtest/bench/backtest-engine.bench.ts', import.meta.url),
  );
  const options = { encoding: 'utf8', cwd: ROOT } as const;
  const said = execFileSync(process.execPath, [script, LTC_TAPE, String(tiles)], options);
  const figures = JSON.parse(said) as BacktestFigures;
  const { rates, processorUs, shares, trades, facts, schedulerUs, decisionUs, heapMib } = figures;
  const [early, end] = heapMib.map(Math.round);
  const rate = median(rates);
  const floor = bareLoop(tiles);
  const target = { of: 'value', least: 1_200_000 } as const;
  const whole =
    floor === null
      ? single('whole engine', 'trades/s', rate, target)
      : paired('whole engine', 'trades/s', [{ ours: rate, floor }], target);
  const parts = Object.entries(shares)
    .toSorted(([, a], [, b]) => b - a)
    .map(([part, share]) => single(`a trade: ${part}`, 'µs', (share * 1e6) / rate));
  return {
    figures: [
      whole,
      single('processor time of its thread, a trade', 'µs', median(processorUs)),
      ...parts,
      single('scheduler, a fact to three readers', 'µs', schedulerUs, { of: 'value', most: 0.3 }),
      single('decision, a state that it does not evaluate', 'µs', decisionUs, { of: 'value', most: 0.3 }),
    ],
    notes: [
      `${trades.toLocaleString('en-US')} trades, ${facts.toLocaleString('en-US')} facts`,
      `heap in use ${early} MiB after a tenth of the tape, ${end} MiB at its end`,
    ],
  };
}

/** Trades a second of the bare loop, which trades by a rule with a trailing stop; null without it. */
function bareLoop(tiles: number): number | null {
  const limit = join(LIMIT_FOLDER, 'limit.mjs');
  if (!existsSync(limit)) return null;
  const args = [limit, LTC_TAPE, `${tiles}`, '5', '--engine=batch', '--batch=256'];
  const said = execFileSync(process.execPath, args, { encoding: 'utf8' }).trim().split('\n');
  const rounds = said.map((line) => (JSON.parse(line) as { readonly ns_per_trade: number }).ns_per_trade);
  return 1e9 / median(rounds.slice(1));
}
