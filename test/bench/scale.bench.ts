import { bucketSnapshots } from '@algo/bus';
import { type ShardPlan, virtualShard } from '@algo/model';
import { shardIdentity } from '@algo/runtime';
import { ShardFloor } from '../acceptance/support/shard-floor.ts';
import type { Silences } from '../acceptance/support/silences.ts';
import { type BenchOptions, type BenchResult, type Figure, quantile, single } from './figures.ts';

export const name = 'scale';
export const description =
  'analytics 1 → 4 → 1 under trades of 100 instruments, 20,000/s at scale 1; floor: who stays';

const INSTRUMENTS = 100;
/** At scale 1, which is 20,000 a second; a machine that others keep busy bears less. */
const TRADES_PER_TICK = 50;
const TICK_MS = 250;
const ROUNDS = 3;
const PAUSE_P99_MAX_MS = 2_000;

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  const rounds = scale < 0.1 ? 1 : ROUNDS;
  const tradesPerTick = Math.max(1, Math.round(TRADES_PER_TICK * scale));
  const results = [];
  for (const ownDisk of [false, true]) results.push(await moves(ownDisk, { rounds, tradesPerTick }, say));
  return {
    figures: results.flatMap(({ figures }) => figures),
    notes: [
      `${rounds} times 1 → 4 → 1; a pause is the longest time between two states of one that moves`,
      `while the plan is carried out, in which the floor are those that stay`,
      ...results.map(({ note }) => note),
    ],
  };
}

async function moves(
  ownDisk: boolean,
  { rounds, tradesPerTick }: { readonly rounds: number; readonly tradesPerTick: number },
  say: BenchOptions['say'],
) {
  const where = ownDisk ? 'a disk each' : 'one disk';
  await using floor = await ShardFloor.open({
    ...{ instruments: INSTRUMENTS, tradesPerTick, processes: 4, ownDisk },
  });
  for (const one of floor.processes) one.start();
  floor.begin(TICK_MS);
  const beganMs = performance.now();
  await floor.done(await floor.plan(0));
  const seen: Silences[] = [];
  const bytes: number[] = [];
  for (let round = 1; round <= rounds; round++)
    for (const members of [[0, 1, 2, 3], [0]]) {
      const silences = await floor.move(...members);
      seen.push(silences);
      const p99 = quantile(silences.moved, 0.99).toFixed(0);
      say(`${where}: ${silences.moved.length} instruments moved, pause p99 ${p99} ms`);
      if (ownDisk && members.length > 1) bytes.push(...(await bytesOfStates(floor, silences.plan)));
    }
  await floor.end();
  const told = floor.market.trades * INSTRUMENTS;
  const perSecond = (told * 1_000) / (performance.now() - beganMs);
  await floor.stored(0);
  const other = await floor.firstOtherWord();
  const wrong = await floor.wronglyStored(0);
  if (other !== undefined || wrong.length > 0)
    throw new Error(`not what one process says: ${JSON.stringify(other)} ${wrong.join('; ')}`);
  const [moved, stayed] = [seen.flatMap((one) => one.moved), seen.flatMap((one) => one.stayed)];
  const pause = (share: number): Figure => {
    const [ours, least] = [quantile(moved, share), quantile(stayed, share)];
    const target = share === 0.99 ? { of: 'value' as const, most: PAUSE_P99_MAX_MS } : undefined;
    return {
      ...single(`${where}: pause of a moved instrument, p${100 * share}`, 'ms', ours, target),
      ...{ floor: least, ratio: ours / least },
    };
  };
  const weights = [0.5, 0.99].map((share) =>
    single(
      `${where}: state of a moved shard, p${100 * share}`,
      'B',
      quantile(bytes.length > 0 ? bytes : [0], share),
    ),
  );
  return {
    figures: [pause(0.5), pause(0.99), ...(ownDisk ? weights : [])],
    note:
      `${where}: ${told.toLocaleString('en-US')} trades, ` +
      `${Math.round(perSecond).toLocaleString('en-US')}/s; ` +
      'words and trades are those of one process',
  };
}

/** Returns what the state of each shard weighs that a process took over from elsewhere. */
async function bytesOfStates({ bus, market }: ShardFloor, plan: ShardPlan): Promise<number[]> {
  const moved = new Set(market.instruments.map(virtualShard).filter((shard) => plan.owners[shard] !== 0));
  const weights: number[] = [];
  for (const shard of moved) {
    const state = await bucketSnapshots(bus.bucket('snapshots'), shardIdentity(shard)).load();
    if (state !== undefined) weights.push(state.length);
  }
  return weights;
}
