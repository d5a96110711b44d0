import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ROOT } from './config.ts';
import { type BenchOptions, type BenchResult, paired } from './figures.ts';

/** What the script prints; it opens the service's own folder, so nothing of it is imported here. */
interface SequencerFigures {
  readonly trades: number;
  readonly pairs: readonly { readonly ours: number; readonly floor: number; readonly swapped: number }[];
}

const TRADES = 4_000_000;

export const name = 'sequencer';
export const description =
  'live trades into the order of their ids; floor: a loop that looks at each id and writes each trade down';

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  say('six rounds, the first of them cold');
  const script = fileURLToPath(new URL('../../services/ingest/bench/sequencer.bench.ts', import.meta.url));
  const trades = String(Math.round(TRADES * scale));
  const said = execFileSync(process.execPath, [script, trades], { encoding: 'utf8', cwd: ROOT });
  const { pairs, trades: taken } = JSON.parse(said) as SequencerFigures;
  const swapped = pairs.map(({ swapped, floor }) => ({ ours: swapped, floor }));
  return {
    figures: [
      paired('in order', 'trades/s', pairs, { of: 'value', least: 3_000_000 }),
      paired('one piece in sixteen overtaken', 'trades/s', swapped),
    ],
    notes: [`${taken.toLocaleString('en-US')} trades in pieces of 64, one instrument, one process`],
  };
}
