import { TradingFloor } from '../acceptance/support/trading-floor.ts';
import { type BenchOptions, type BenchResult, median, type Pair, paired, quantile } from './figures.ts';

export const name = 'takeover';
export const description = 'execution killed or frozen → the one that stood by may trade; floor: the lease';

const ROUNDS = 8;
/** Of a pair, where nobody sets another. */
const LEASE_MS = 2_000;
const TAKEOVER_MAX_MS = 3_000;

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  const rounds = Math.max(2, Math.round(ROUNDS * scale));
  await using floor = await TradingFloor.open({ standby: true });
  let epoch = await floor.compared();
  let [active, waiting] = [floor.execution, floor.second!];
  const took: { killed: number[]; frozen: number[] } = { killed: [], frozen: [] };
  for (let i = 0; i < 2 * rounds; i++) {
    const how = i % 2 === 0 ? 'killed' : 'frozen';
    if (how === 'frozen') await active.pause();
    const beganMs = performance.now();
    if (how === 'killed') await active.kill();
    epoch = await floor.compared(epoch);
    took[how].push(performance.now() - beganMs);
    if (how === 'frozen') active.resume();
    else active.start();
    await floor.standsBy(active);
    [active, waiting] = [waiting, active];
    say(`${how}, round ${Math.floor(i / 2) + 1} of ${rounds}: ${took[how].at(-1)!.toFixed(0)} ms`);
  }
  const figure = (how: 'killed' | 'frozen') => {
    const pairs: Pair[] = took[how].map((ours) => ({ ours, floor: LEASE_MS }));
    return paired(`${how} → may trade`, 'ms', pairs, { of: 'value', most: TAKEOVER_MAX_MS });
  };
  const spread = ({ killed, frozen }: typeof took) =>
    [killed, frozen].map((all) => `${quantile(all, 0).toFixed(0)}–${quantile(all, 1).toFixed(0)}`);
  return {
    figures: [figure('killed'), figure('frozen')],
    notes: [
      `${rounds} rounds each way, taking turns; spread in ms: killed, frozen ${spread(took).join(', ')}`,
      'from the signal until the books of the new life are compared behind its account stream, so that',
      'entries pass; a frozen one is known by its lease alone, which was renewed at most 0.6 s before',
      `beyond the lease: ${(median(took.frozen) - LEASE_MS).toFixed(0)} ms`,
    ],
  };
}
