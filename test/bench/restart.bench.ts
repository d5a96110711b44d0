import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bucketSnapshots } from '@algo/bus';
import { pause } from './chain.ts';
import { ROOT } from './config.ts';
import { type BenchOptions, type BenchResult, paired, quantile } from './figures.ts';
import { OrderPast, type Start } from './order-past.ts';
import { residentMiB } from './process-figures.ts';

export const name = 'restart';
export const description =
  'all processes that trade started anew → may enter, behind 100,000 orders (floor: behind 1,000)';

const [FEW, MANY] = [1_000, 100_000];
/**
 * An hour of the market in 18 s: a long past is made soon, and little of it lies in its last hour. Told so
 * often that two busy cores keep up: behind by 2 s no entry would leave.
 */
const MARKET = { instruments: 120, speed: 200, tellEveryMs: 200 };
const ROUNDS = 3;
const START_MAX_MS = 3_000;
/** What a start has left over is collected by then. */
const SETTLE_MS = 3_000;
const KIB = 1_024;
/** Pasts that were traded once; delete what a build can't start on. */
const KEPT = join(ROOT, '.cache', 'order-past');

/** *Units*: MiB and KiB by process or snapshot. */
interface Weights {
  readonly resident: ReadonlyMap<string, number>;
  readonly snapshots: ReadonlyMap<string, number>;
}

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  const [few, many] = [FEW, MANY].map((orders) => Math.round(orders * scale)) as [number, number];
  const made: string[] = [];
  const floorDir = await pastOf(few, undefined, made, say);
  const oursDir = await pastOf(many, floorDir, made, say);
  await using floor = await OrderPast.open(MARKET, floorDir);
  await using ours = await OrderPast.open(MARKET, oursDir);
  const before: Start[] = [];
  const after: Start[] = [];
  // By turns, so that both have the same machine.
  for (let i = 0; i < ROUNDS; i++) {
    before.push(await startAnew(floor, say));
    after.push(await startAnew(ours, say));
  }
  const [little, much] = [await weigh(floor), await weigh(ours)];
  const pairs = (of: keyof Start) => after.map((start, i) => ({ ours: start[of], floor: before[i]![of] }));
  const beside = (what: string, unit: string, kind: 'resident' | 'snapshots') =>
    [...much[kind]].map(([who, size]) => {
      const pair = { ours: size, floor: Math.max(1, little[kind].get(who)!) };
      return paired(`${who}: ${what}`, unit, [pair]);
    });
  return {
    figures: [
      paired('start → may enter', 'ms', pairs('tookMs'), { of: 'value', most: START_MAX_MS }),
      paired('CPU of the four until then', 'ms', pairs('cpuMs')),
      ...beside('resident', 'MiB', 'resident'),
      ...beside('snapshot', 'KiB', 'snapshots'),
    ],
    notes: [
      `ours behind ${ours.orders} orders, floor behind ${floor.orders}; ${ROUNDS} starts of each, by turns`,
      `spread of the starts in ms: ${spread(after)}, floor ${spread(before)}`,
      'from the start of four node processes until the books are compared behind the account stream',
      `the past was traded by these processes and is kept in ${KEPT}`,
      ...made,
      'snapshots as they are before compression',
    ],
  };
}

/**
 * Returns the folder of a past of so many orders: it is made once, from another one where that is given. One
 * that this build can't start on is to be deleted by hand.
 */
async function pastOf(
  orders: number,
  from: string | undefined,
  made: string[],
  say: BenchOptions['say'],
): Promise<string> {
  const dir = join(KEPT, String(orders));
  if (existsSync(dir)) return dir;
  const beganMs = performance.now();
  await using past = await OrderPast.open(MARKET, from);
  await past.start();
  await past.trade(orders, say);
  await past.keep(dir);
  made.push(`${orders} orders in ${((performance.now() - beganMs) / 1_000).toFixed(0)} s`);
  return dir;
}

/** Starts all processes of a past anew, and ends them. */
async function startAnew(past: OrderPast, say: BenchOptions['say']): Promise<Start> {
  const start = await past.start();
  const [wall, cpu] = [start.tookMs, start.cpuMs].map((ms) => ms.toFixed(0));
  say(`behind ${past.orders} orders: may enter after ${wall} ms, ${cpu} ms of CPU`);
  await past.stop();
  return start;
}

/** Returns what its processes and snapshots weigh once they have started. */
async function weigh(past: OrderPast): Promise<Weights> {
  await past.start();
  await pause(SETTLE_MS);
  const resident = new Map([...past.pids()].map(([who, pid]) => [who, residentMiB(pid)]));
  const snapshots = new Map<string, number>();
  const bus = await past.server.bus('bench-snapshots');
  const books = past.identities.filter((who) => who.startsWith('reconcile')).map((who) => `${who}.books`);
  for (const who of [...past.identities, ...books]) {
    const bytes = (await bucketSnapshots(bus.bucket('snapshots'), who).load())?.length ?? 0;
    snapshots.set(who, bytes / KIB);
  }
  await past.stop();
  return { resident, snapshots };
}

function spread(took: readonly Start[]): string {
  const ms = took.map(({ tookMs }) => tookMs);
  return `${quantile(ms, 0).toFixed(0)}–${quantile(ms, 1).toFixed(0)}`;
}
