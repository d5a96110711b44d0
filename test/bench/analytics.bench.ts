import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LIMIT_FOLDER, LTC_TAPE } from './config.ts';
import { type BenchOptions, type BenchResult, median, paired, single } from './figures.ts';

/** What the script prints; it opens the engine's own folder, so nothing of it is imported here. */
interface AnalyticsEngineFigures {
  readonly trades: number;
  readonly turns: readonly { readonly tradesPerSecond: number; readonly limit: number | null }[];
  readonly note: string;
}

export const name = 'analytics';
export const description =
  'the analytics engine alone, in process, warm; floor: the bare loop of the limit folder (`batch`)';

export async function run({ say }: BenchOptions): Promise<BenchResult> {
  if (!existsSync(LTC_TAPE)) return { figures: [], notes: ['skipped: no recorded tape beside the checkout'] };
  say('ten processes of seven rounds each, taking turns');
  const script = fileURLToPath(
    new URL('../../services/analytics/bench/analytics-engine.bench.ts', import.meta.url),
  );
  const said = execFileSync(process.execPath, [script, LTC_TAPE, LIMIT_FOLDER], { encoding: 'utf8' });
  const { turns, trades, note } = JSON.parse(said) as AnalyticsEngineFigures;
  const pairs = turns.flatMap(({ tradesPerSecond, limit }) =>
    limit === null ? [] : [{ ours: tradesPerSecond, floor: limit }],
  );
  const rates = turns.map(({ tradesPerSecond }) => tradesPerSecond);
  const figure =
    pairs.length > 0
      ? paired('order-flow analytics', 'trades/s', pairs, { of: 'ratio', least: 0.3 })
      : single('order-flow analytics', 'trades/s', median(rates));
  return { figures: [figure], notes: [`${trades.toLocaleString('en-US')} trades in slices of 256; ${note}`] };
}
