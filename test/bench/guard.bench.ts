import { GUARDS, type Guard } from './bench-guard.ts';
import { type BenchOptions, type BenchResult, type Pair, paired } from './figures.ts';
import { syntheticTape } from './tape.ts';
import { type AnalyticsRun, analyticsRun } from './throughput.bench.ts';

export const name = 'guard';
export const description =
  'users and TLS on the way publisher → bus → analytics process → store: with neither, users, both';

const TRADES = 2_000_000;
const ROUNDS = 4;

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  const { trades } = syntheticTape('binance.spot.LTCUSDT', Math.round(TRADES * scale), 10_000);
  const runs = new Map<Guard, AnalyticsRun[]>(GUARDS.map((guard) => [guard, []]));
  for (let round = 0; round <= ROUNDS; round++)
    // Whose turn is first changes: a machine that others share is not the same from one to the next.
    for (let turn = 0; turn < GUARDS.length; turn++) {
      const guard = GUARDS[(round + turn) % GUARDS.length]!;
      const one = await analyticsRun(trades, guard);
      if (round > 0) runs.get(guard)!.push(one);
      say(`${guard}: ${Math.round(one.rate)} trades/s, ${one.cpuUs.toFixed(2)} µs of processors a trade`);
    }
  const pairs = (guard: Guard, of: (run: AnalyticsRun) => number): Pair[] =>
    runs.get(guard)!.map((ours, round) => ({ ours: of(ours), floor: of(runs.get('open')![round]!) }));
  const figures = GUARDS.slice(1).flatMap((guard) => [
    paired(
      `${guard}: trades stored`,
      'trades/s',
      pairs(guard, ({ rate }) => rate),
      {
        ...{ of: 'ratio', least: 0.95 },
      },
    ),
    paired(
      `${guard}: processors, a trade`,
      'µs',
      pairs(guard, ({ cpuUs }) => cpuUs),
      {
        ...{ of: 'ratio', most: 1.05 },
      },
    ),
  ]);
  return {
    figures,
    notes: [
      `floor: the same chain without users; ${ROUNDS} rounds after one that warms up, the three by turns`,
      'processors: of publisher, server and analytics together, from the first trade to the last row',
    ],
  };
}
