import type { InstrumentId } from '@algo/model';
import { instrumentParts } from '@algo/model';
import type { RequestPath } from '@algo/venues';
import { pause } from './chain.ts';
import {
  type BenchOptions,
  type BenchResult,
  type Figure,
  type Pair,
  paired,
  quantile,
  single,
} from './figures.ts';
import { LiveFloor } from './live-floor.ts';
import { LiveHouse } from './live-house.ts';
import { OrderChain, PRICE } from './order-chain.ts';
import { OrderFloor } from './order-floor.ts';

export const name = 'venue';
export const description =
  'command → order at the stand-in of Binance spot, by our own requests and by ccxt; what it tells → fact';

const PROBES = 200;
const ROUNDS = 5;
const GAP_MS = 15;
/** The adapter sends at most 80 entries of an account in 10 s. */
const ORDER_GAP_MS = 140;
const INSTRUMENTS = 5;
const WAIT_MAX_MS = 10_000;
/** What a resting order is filled at, piece by piece. */
const [RESTING, PIECE] = [99.5, '0.1'] as const;
/** A fact may be so much later than a hop. */
const FACT_MS = 1;

interface Measured {
  readonly orders: readonly Pair[][];
  readonly facts: readonly Pair[][];
  readonly residentMiB: number;
}

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  const count = Math.max(20, Math.round(PROBES * scale));
  const direct = await measured('direct', count, say);
  const ccxt = await measured('ccxt', count, say);
  return {
    figures: [
      ...shares('command → exchange, direct', direct.orders, 1.5),
      ...shares('command → exchange, by ccxt', ccxt.orders),
      ...later('account event → fact', direct.facts),
      single('execution, direct', 'MiB', direct.residentMiB),
      single('execution, by ccxt', 'MiB', ccxt.residentMiB),
    ],
    notes: [
      `${ROUNDS} rounds of ${count} probes each way, taking turns; ratios are medians over rounds`,
      'from the moment when the command is stored to the arrival of the request at the exchange, which is',
      'this process: one clock. The floor is one append with fdatasync on the same disk and one HTTP',
      'request to another process and back.',
      'An account event is one fill of a resting order: from the trade at the exchange to the fact at its',
      'reader. Its floor is a command stored and at its follower: one hop.',
    ],
  };
}

/** One execution that sends by one way, from its start to its end. */
async function measured(primary: RequestPath, count: number, say: BenchOptions['say']): Promise<Measured> {
  const instruments = OrderChain.instruments(INSTRUMENTS);
  await using house = await LiveHouse.open(instruments, PRICE);
  await using chain = await OrderChain.start(INSTRUMENTS, 'played', (dir) => house.settings(dir, primary));
  await using floor = await LiveFloor.start(chain.server);
  await using hop = await OrderFloor.start(chain);
  say(`execution up, ${primary}`);
  await entries(chain, house, count);
  const [orders, facts] = [[] as Pair[][], [] as Pair[][]];
  for (let i = 0; i < ROUNDS; i++) {
    const least: number[] = [];
    for (let n = 0; n < count; n++) {
      least.push(await floor.pulse());
      await pause(GAP_MS);
    }
    orders.push(pairs(await entries(chain, house, count), least));
    say(`${primary}: round ${i + 1} of ${ROUNDS}, orders, done`);
  }
  for (let i = 0; i < (primary === 'direct' ? INSTRUMENTS - 1 : 0); i++) {
    const least: number[] = [];
    for (let n = 0; n < count; n++) {
      least.push((await hop.pulse()).hopMs);
      await pause(GAP_MS);
    }
    facts.push(pairs(await fills(chain, house, instruments[i + 1]!, count), least));
    say(`${primary}: round ${i + 1} of ${INSTRUMENTS - 1}, fills, done`);
  }
  return { orders, facts, residentMiB: chain.residentMiB() };
}

/** Entries one at a time, which the exchange takes and ends: nobody sells for their price. */
async function entries(chain: OrderChain, house: LiveHouse, count: number): Promise<number[]> {
  const tookMs: number[] = [];
  for (let n = 0; n < count; n++) {
    const instrument = chain.instruments[0]!;
    const arrived = new Promise<number>((resolve) => {
      house.onOrder = resolve;
    });
    const over = said(chain, 'OrderExpired', instrument);
    const storedMs = await chain.command(instrument).stored;
    tookMs.push((await arrived) - storedMs);
    await over;
    await pause(ORDER_GAP_MS);
  }
  return tookMs;
}

/** An order that rests, and is filled by one trade after the other. */
async function fills(
  chain: OrderChain,
  house: LiveHouse,
  instrument: InstrumentId,
  count: number,
): Promise<number[]> {
  const { symbol } = instrumentParts(instrument);
  const accepted = said(chain, 'OrderAccepted', instrument);
  chain.command(instrument, { limit: `${RESTING}`, quantity: (Number(PIECE) * (count + 1)).toFixed(1) });
  await accepted;
  const tookMs: number[] = [];
  for (let n = 0; n < count; n++) {
    const told = said(chain, 'OrderFilled', instrument);
    const startMs = performance.now();
    house.trade(symbol, RESTING, PIECE);
    tookMs.push((await told) - startMs);
    await pause(GAP_MS);
  }
  return tookMs;
}

/** Resolves with the moment when that is heard of an instrument. *Errors*: a denial of it, or nothing. */
function said(
  chain: OrderChain,
  type: 'OrderExpired' | 'OrderAccepted' | 'OrderFilled',
  instrument: InstrumentId,
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const late = setTimeout(() => reject(new Error(`no ${type} within ${WAIT_MAX_MS} ms`)), WAIT_MAX_MS);
  chain.onSaid = (one) => {
    if (one.instrument !== instrument) return;
    if (one.type === type) resolve(performance.now());
    if (one.type === 'OrderDenied') reject(new Error(`denied: ${one.why}`));
  };
  return promise.finally(() => clearTimeout(late));
}

/** p50 and p99 of a round. */
function pairs(ours: readonly number[], floor: readonly number[]): Pair[] {
  return [0.5, 0.99].map((share) => ({ ours: quantile(ours, share), floor: quantile(floor, share) }));
}

function shares(what: string, rounds: readonly Pair[][], most?: number): Figure[] {
  const of = (n: number) => rounds.map((round) => round[n]!);
  const target = most === undefined ? undefined : ({ of: 'ratio', most } as const);
  return [paired(`${what}, p50`, 'ms', of(0)), paired(`${what}, p99`, 'ms', of(1), target)];
}

/** The p99, and by how much it is later than its floor's. */
function later(what: string, rounds: readonly Pair[][]): Figure[] {
  const of = (n: number) => rounds.map((round) => round[n]!);
  const behindMs = quantile(
    of(1).map(({ ours, floor }) => ours - floor),
    0.5,
  );
  return [
    paired(`${what}, p50`, 'ms', of(0)),
    paired(`${what}, p99`, 'ms', of(1)),
    single(`${what}: p99 behind a hop’s`, 'ms', behindMs, { of: 'value', most: FACT_MS }),
  ];
}
