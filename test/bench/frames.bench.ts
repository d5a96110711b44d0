import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ROOT } from './config.ts';
import { type BenchOptions, type BenchResult, paired } from './figures.ts';

const KINDS = {
  spotTrade: 'spot: a trade',
  spot: 'spot: columns of one row',
  usdmTrade: 'USD-M: a trade',
  usdm: 'USD-M: columns of one row',
} as const;
type Kind = keyof typeof KINDS;

/** What the script prints; it opens the folder of a venue, so nothing of it is imported here. */
interface FrameFigures {
  readonly frames: number;
  readonly pairs: readonly Readonly<Record<Kind, { readonly ours: number; readonly floor: number }>>[];
}

const FRAMES = 500_000;

export const name = 'frames';
export const description =
  'frames of Binance into trades of ours; floor: JSON.parse alone over the same frames';

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  say('eight rounds, the first of them cold');
  const script = fileURLToPath(new URL('../../libs/venues/bench/frames.bench.ts', import.meta.url));
  const frames = String(Math.round(FRAMES * scale));
  const said = execFileSync(process.execPath, [script, frames], { encoding: 'utf8', cwd: ROOT });
  const { pairs, frames: read } = JSON.parse(said) as FrameFigures;
  const kinds = Object.keys(KINDS) as Kind[];
  const figureOf = (kind: Kind) =>
    paired(
      KINDS[kind],
      'frames/s',
      pairs.map((pair) => pair[kind]),
      kind.endsWith('Trade') ? { of: 'ratio', least: 0.7 } : undefined,
    );
  return {
    figures: kinds.map(figureOf),
    notes: [`${read.toLocaleString('en-US')} frames as text, each another one, one process`],
  };
}
