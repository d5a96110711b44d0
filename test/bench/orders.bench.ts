import type { ClientOrderId, InstrumentId, OrderRequest } from '@algo/model';
import { Decimal } from '@algo/model';
import { pause } from './chain.ts';
import {
  type BenchOptions,
  type BenchResult,
  type Figure,
  median,
  type Pair,
  paired,
  quantile,
  single,
} from './figures.ts';
import { OrderChain, PRICE, type Said } from './order-chain.ts';
import { OrderFloor } from './order-floor.ts';

export const name = 'orders';
export const description =
  'command or stop trigger → order at the venue, through what trades; floor: hop, fdatasync, request';

const PROBES = 250;
const ROUNDS = 6;
const GAP_MS = 15;
const INSTRUMENTS = 100;
const ORDERS_PER_SECOND = 200;
const SECONDS = 5;
/** Facts of each order that the server flushes: the command, submitted, accepted, canceled. */
const FACTS = 4;
/** So few that no queue builds up anywhere, else it would hide what one silent instrument does. */
const QUIET_PER_SECOND = 50;
const TICK_MS = 5;
const WAIT_MAX_MS = 10_000;
/** What is not at the venue so long after the last command is backlog. */
const LATE_MS = 100;
/** The silent instrument is commanded so often; most of it is denied while its order is unknown. */
const SILENT_EVERY_MS = 250;
/** Below every stop of the bench, and within the band of prints. */
const STOPPED_PRICE = 98.5;

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  const count = Math.max(20, Math.round(PROBES * scale));
  const seconds = Math.max(1, SECONDS * scale);
  const [quiet, stops] = [[] as Pair[][], [] as Pair[][]];
  const silence = { floor: [] as number[], ours: [] as number[] };
  const stored: number[] = [];
  const held: Held[] = [];
  {
    await using chain = await OrderChain.start(INSTRUMENTS, 'played');
    await using floor = await OrderFloor.start(chain);
    say('execution up');
    await entries(chain, count);
    await bare(floor, count);
    for (let i = 0; i < ROUNDS; i++) {
      const least = await bare(floor, count);
      quiet.push(shares(await entries(chain, count), least.orderMs));
      say(`round ${i + 1} of ${ROUNDS}, one at a time, done`);
    }
    for (let i = 0; i < ROUNDS; i++) {
      const alone = await atRate(chain, QUIET_PER_SECOND, seconds, null);
      const beside = await atRate(chain, QUIET_PER_SECOND, seconds, chain.instruments[0]!);
      silence.floor.push(...alone.tookMs);
      silence.ours.push(...beside.tookMs);
      say(`round ${i + 1} of ${ROUNDS}, one silent, done`);
    }
    for (let i = 0; i < ROUNDS; i++) {
      stored.push(await floor.capacity());
      held.push(await atRate(chain, ORDERS_PER_SECOND, seconds, null));
      say(`round ${i + 1} of ${ROUNDS}, ${ORDERS_PER_SECOND} a second, done`);
    }
  }
  {
    await using chain = await OrderChain.start(INSTRUMENTS, 'real');
    await using floor = await OrderFloor.start(chain);
    say('execution and position-risk up');
    await exits(chain, count);
    for (let i = 0; i < ROUNDS; i++) {
      const { hopMs, orderMs } = await bare(floor, count);
      const least = hopMs.map((ms, n) => ms + orderMs[n]!);
      stops.push(shares(await exits(chain, count), least));
      say(`round ${i + 1} of ${ROUNDS}, stops, done`);
    }
  }
  const rates = held.map(({ rate }, i) => ({ ours: rate, floor: stored[i]! / FACTS }));
  const [denied, paced] = [sum(held.map((round) => round.denied)), sum(held.map((round) => round.paced))];
  const late = sum(held.map((round) => round.late));
  // Of all rounds together: the p99 of one is its third worst order.
  const worst = shares(silence.ours, silence.floor).slice(1);
  const commanded = ROUNDS * Math.round(seconds * ORDERS_PER_SECOND);
  return {
    figures: [
      ...figures('command → venue', quiet, 1.5),
      paired(`orders a second at the venue, of ${ORDERS_PER_SECOND} commanded`, '/s', rates, {
        of: 'value',
        least: 0.99 * ORDERS_PER_SECOND,
      }),
      single(
        'command → venue at that rate, p99',
        'ms',
        median(held.map(({ tookMs }) => quantile(tookMs, 0.99))),
      ),
      single('denied for the rate', 'orders', paced, { of: 'value', most: 0 }),
      single(`not at the venue ${LATE_MS} ms after the last command`, 'orders', late, {
        of: 'value',
        most: 0,
      }),
      paired('p99 of the others, one instrument silent', 'ms', worst, { of: 'ratio', most: 1.1 }),
      ...figures('stop trigger → exit at the venue', stops, 2),
    ],
    notes: [
      `${ROUNDS} rounds of ${count} probes each way, taking turns; ratios are medians over rounds`,
      `spread of the p99 ratios: command ${spread(p99s(quiet))}, stop ${spread(p99s(stops))}`,
      'from the moment when the command is stored (its ack and its delivery leave the server together)',
      'to the arrival of the request at the venue, which is this process: one clock',
      'the floor of an order is one append with fdatasync on the same disk and one request to another',
      'process and back, each behind a stored command; that of a stop has the hop of that command before it',
      `at the rate ${INSTRUMENTS} instruments take turns for ${seconds} s; the floor is what the server`,
      `alone stores, ${median(stored).toFixed(0)} flushed facts a second, by the ${FACTS} of an order`,
      `denied at the rate because the order before was not over: ${denied - paced} of ${commanded}`,
      `one silent: ${silence.ours.length} orders of the others, ${QUIET_PER_SECOND} a second, as without it`,
    ],
  };
}

/** Entries, one after the other, each over before the next. Returns the ms from stored to the venue. */
async function entries(chain: OrderChain, count: number): Promise<number[]> {
  const taken: number[] = [];
  for (let i = 0; i < count; i++) {
    await pause(GAP_MS);
    const instrument = chain.instruments[i % INSTRUMENTS]!;
    const over = event(chain, 'OrderCanceled', instrument);
    const arrived = arrival(chain);
    const { stored } = chain.command(instrument);
    const [storedMs, atMs] = await Promise.all([stored, arrived]);
    taken.push(atMs - storedMs);
    await over;
  }
  return taken;
}

/** Positions that are stopped out, one after the other. Returns the ms from the trade to the exit. */
async function exits(chain: OrderChain, count: number): Promise<number[]> {
  const taken: number[] = [];
  chain.venue.fillsAt = Decimal.of(String(PRICE));
  for (let i = 0; i < count; i++) {
    const instrument = chain.instruments[i % INSTRUMENTS]!;
    const opened = event(chain, 'PositionOpened', instrument);
    chain.command(instrument);
    await opened;
    await pause(GAP_MS);
    const closed = event(chain, 'PositionClosed', instrument);
    const left = arrival(chain);
    const startMs = performance.now();
    void chain.trade(instrument, STOPPED_PRICE);
    taken.push((await left) - startMs);
    await closed;
    await chain.trade(instrument, PRICE); // for its next turn, when everybody has seen it
  }
  return taken;
}

async function bare(floor: OrderFloor, count: number): Promise<{ hopMs: number[]; orderMs: number[] }> {
  const taken = { hopMs: [] as number[], orderMs: [] as number[] };
  for (let i = 0; i < count; i++) {
    await pause(GAP_MS);
    const { hopMs, orderMs } = await floor.pulse();
    taken.hopMs.push(hopMs);
    taken.orderMs.push(orderMs);
  }
  return taken;
}

interface Held {
  /** Of each order of an instrument that answers, from its stored command to the venue. */
  readonly tookMs: readonly number[];
  /** Orders at the venue per second, from the first command to the last order. */
  readonly rate: number;
  readonly denied: number;
  /** Of these, for any other reason than that the order before was not over. */
  readonly paced: number;
  readonly late: number;
}

/** Entries at a steady rate, in instruments that take turns, beside one that may never answer. */
async function atRate(
  chain: OrderChain,
  perSecond: number,
  seconds: number,
  silent: InstrumentId | null,
): Promise<Held> {
  const others = chain.instruments.slice(1);
  const arrivedMs = new Map<ClientOrderId, number>();
  const storedMs = new Map<ClientOrderId, number>();
  let [denied, paced] = [0, 0];
  chain.venue.onOrder = ({ clientOrderId }, atMs) => arrivedMs.set(clientOrderId, atMs);
  chain.onSaid = (said) => {
    if (said.type !== 'OrderDenied' || said.instrument === silent) return;
    denied++;
    if (!said.why.startsWith('POSITION_EXISTS')) paced++;
  };
  if (silent !== null) chain.venue.silent.add(silent);
  const total = Math.round(seconds * perSecond);
  const startMs = performance.now();
  const all: Promise<unknown>[] = [];
  let silentMs = startMs;
  for (let sent = 0; sent < total; await pause(TICK_MS)) {
    const nowMs = performance.now();
    if (silent !== null && nowMs >= silentMs) {
      void chain.command(silent);
      silentMs += SILENT_EVERY_MS;
    }
    for (; sent < Math.min(total, ((nowMs - startMs) * perSecond) / 1_000); sent++) {
      const { id, stored } = chain.command(others[sent % others.length]!);
      all.push(stored.then((atMs) => storedMs.set(id, atMs)));
    }
  }
  await Promise.all(all);
  await pause(LATE_MS);
  const arrived = [...storedMs.keys()].flatMap((id) => arrivedMs.get(id) ?? []);
  const late = total - denied - arrived.length;
  await settled(chain, silent);
  return {
    tookMs: [...storedMs].flatMap(([id, atMs]) => (arrivedMs.has(id) ? [arrivedMs.get(id)! - atMs] : [])),
    ...{ rate: (arrived.length * 1_000) / (Math.max(...arrived) - startMs), denied, paced, late },
  };
}

/** Lets the silent instrument answer, and waits until what it left unknown is over. */
async function settled(chain: OrderChain, silent: InstrumentId | null): Promise<void> {
  if (silent === null) return pause(WAIT_MAX_MS / 10);
  await within<void>('no end of the silent order', (resolve) => {
    chain.onSaid = (said) => {
      if (said.type === 'OrderCanceled' && said.instrument === silent) resolve();
    };
    chain.venue.silent.delete(silent);
  });
}

function arrival(chain: OrderChain): Promise<number> {
  return within('no order at the venue', (resolve) => {
    chain.venue.onOrder = ({ type }: OrderRequest, atMs) => {
      if (type !== 'stop') resolve(atMs);
    };
  });
}

/** Resolves when that is said of an instrument. *Errors*: a denial of it, or nothing for long. */
function event(chain: OrderChain, type: Said['type'], instrument: InstrumentId): Promise<void> {
  return within(`no ${type}`, (resolve, reject) => {
    chain.onSaid = (said) => {
      if (said.instrument !== instrument) return;
      if (said.type === type) resolve();
      if (said.type === 'OrderDenied') reject(new Error(`denied: ${said.why}`));
    };
  });
}

function within<Value>(
  failure: string,
  begin: (resolve: (value: Value) => void, reject: (error: Error) => void) => void,
): Promise<Value> {
  const { promise, resolve, reject } = Promise.withResolvers<Value>();
  const late = setTimeout(() => reject(new Error(`${failure} within ${WAIT_MAX_MS} ms`)), WAIT_MAX_MS);
  begin(resolve, reject);
  return promise.finally(() => clearTimeout(late));
}

/** p50 and p99 of a round. */
function shares(ours: readonly number[], floor: readonly number[]): Pair[] {
  return [0.5, 0.99].map((share) => ({ ours: quantile(ours, share), floor: quantile(floor, share) }));
}

function figures(what: string, rounds: readonly Pair[][], most: number): Figure[] {
  return [
    paired(
      `${what}, p50`,
      'ms',
      rounds.map((round) => round[0]!),
    ),
    paired(
      `${what}, p99`,
      'ms',
      rounds.map((round) => round[1]!),
      { of: 'ratio', most },
    ),
  ];
}

function spread(pairs: readonly Pair[]): string {
  const ratios = pairs.map(({ ours, floor }) => ours / floor);
  return `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
}

function p99s(rounds: readonly Pair[][]): Pair[] {
  return rounds.map((round) => round[1]!);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
