import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LIMIT_FOLDER, LTC_TAPE } from './config.ts';
import type { BenchOptions, BenchResult } from './figures.ts';

/** What the script prints; it opens the engine's own folder, so nothing of it is imported here. */
interface AnalyticsEngineFigures {
  readonly trades: number;
  readonly nsPerTrade: number;
  readonly limitNsPerTrade: number | null;
  readonly ratio: number | null;
  readonly note: string;
}

export const name = 'analytics';
export const description =
  'the analytics engine in process beside the bare loop of the limit folder, warm ns per trade';

export async function run({ say }: BenchOptions): Promise<BenchResult> {
  if (!existsSync(LTC_TAPE)) return { figures: [], notes: ['skipped: no recorded tape beside the checkout'] };
  say('ten processes of seven rounds each, taking turns');
  const script = fileURLToPath(
    new URL('../../services/analytics/bench/analytics-engine.bench.ts', import.meta.url),
  );
  const said = execFileSync(process.execPath, [script, LTC_TAPE, LIMIT_FOLDER], { encoding: 'utf8' });
  const { nsPerTrade, limitNsPerTrade, ratio, trades, note } = JSON.parse(said) as AnalyticsEngineFigures;
  const figure = {
    name: 'order-flow analytics',
    unit: 'ns/trade',
    ours: nsPerTrade,
    floor: limitNsPerTrade,
    ratio: ratio === null ? null : 1 / ratio,
    target: null,
    met: null,
  };
  return { figures: [figure], notes: [`${trades.toLocaleString('en-US')} trades in slices of 256; ${note}`] };
}
