import { bucketSnapshots } from '@algo/bus';
import { pause } from './chain.ts';
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
const MARKET = { instruments: 40, speed: 200, tellEveryMs: 200 };
const ROUNDS = 3;
const START_MAX_MS = 3_000;
/** What a start has left over is collected by then. */
const SETTLE_MS = 3_000;
const KIB = 1_024;

/** What some starts came to. *Units*: MiB and KiB by process or snapshot. */
interface Starts {
  readonly took: readonly Start[];
  readonly resident: ReadonlyMap<string, number>;
  readonly snapshots: ReadonlyMap<string, number>;
}

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  const [few, many] = [FEW, MANY].map((orders) => Math.round(orders * scale)) as [number, number];
  await using past = await OrderPast.open(MARKET);
  await past.start();
  await past.trade(few, say);
  const before = await starts(past, say);
  const beganMs = performance.now();
  await past.trade(many, say);
  const perSecond = ((many - few) * 1_000) / (performance.now() - beganMs);
  const after = await starts(past, say);
  const pairs = (of: keyof Start) =>
    after.took.map((start, i) => ({ ours: start[of], floor: before.took[i]![of] }));
  const beside = (what: string, unit: string, kind: 'resident' | 'snapshots') =>
    [...after[kind]].map(([who, ours]) => {
      const pair = { ours, floor: Math.max(1, before[kind].get(who)!) };
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
      `ours behind ${many} orders, floor behind ${few}; ${ROUNDS} starts of each, in one run`,
      `spread of the starts in ms: ${spread(after.took)}, floor ${spread(before.took)}`,
      'from the start of four node processes until the books are compared behind the account stream',
      `the past was traded by these processes, ${Math.round(perSecond)} orders a second`,
      'snapshots as they are before compression',
    ],
  };
}

/** Ends all processes and starts them anew, some times over. */
async function starts(past: OrderPast, say: BenchOptions['say']): Promise<Starts> {
  const took: Start[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    await past.stop();
    const start = await past.start();
    took.push(start);
    const [wall, cpu] = [start.tookMs, start.cpuMs].map((ms) => ms.toFixed(0));
    say(`behind ${past.orders} orders: may enter after ${wall} ms, ${cpu} ms of CPU`);
  }
  await pause(SETTLE_MS);
  const resident = new Map([...past.pids()].map(([who, pid]) => [who, residentMiB(pid)]));
  const snapshots = new Map<string, number>();
  const bus = await past.server.bus('bench-snapshots');
  const books = past.identities.filter((who) => who.startsWith('reconcile')).map((who) => `${who}.books`);
  for (const who of [...past.identities, ...books]) {
    const bytes = (await bucketSnapshots(bus.bucket('snapshots'), who).load())?.length ?? 0;
    snapshots.set(who, bytes / KIB);
  }
  say(`resident MiB, snapshots KiB: ${JSON.stringify([...resident, ...snapshots])}`);
  return { took, resident, snapshots };
}

function spread(took: readonly Start[]): string {
  const ms = took.map(({ tookMs }) => tookMs);
  return `${quantile(ms, 0).toFixed(0)}–${quantile(ms, 1).toFixed(0)}`;
}
