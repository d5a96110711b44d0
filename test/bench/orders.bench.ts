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
import { type Passage, stagesOf } from './order-stages.ts';

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
/** The one beside the others is commanded so often; most of it is denied while its order is unknown. */
const ONE_EVERY_MS = 250;
/** Below every stop of the bench, and within the band of prints. */
const STOPPED_PRICE = 98.5;

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  const count = Math.max(20, Math.round(PROBES * scale));
  const seconds = Math.max(1, SECONDS * scale);
  const [quiet, silence, stops] = [[] as Round[], [] as Round[], [] as Round[]];
  const stored: number[] = [];
  const held: Held[] = [];
  const passages: Passage[] = [];
  {
    await using chain = await OrderChain.start(INSTRUMENTS, 'played');
    await using floor = await OrderFloor.start(chain);
    say('execution up');
    const one = (i: number) => entry(chain, i);
    const bare = async () => (await floor.pulse()).orderMs;
    await inTurns(count, one, bare);
    const probe = (i: number) => entry(chain, i, passages);
    for (let i = 0; i < ROUNDS; i++) {
      quiet.push(await inTurns(count, probe, bare));
      say(`round ${i + 1} of ${ROUNDS}, one at a time, done`);
    }
    for (let i = 0; i < ROUNDS; i++) {
      const alive = await atRate(chain, QUIET_PER_SECOND, seconds, 'answers');
      const beside = await atRate(chain, QUIET_PER_SECOND, seconds, 'silent');
      silence.push({ ours: beside.tookMs, floor: alive.tookMs });
      say(`round ${i + 1} of ${ROUNDS}, one silent, done`);
    }
    for (let i = 0; i < ROUNDS; i++) {
      stored.push(await floor.capacity());
      held.push(await atRate(chain, ORDERS_PER_SECOND, seconds, 'idle'));
      say(`round ${i + 1} of ${ROUNDS}, ${ORDERS_PER_SECOND} a second, done`);
    }
  }
  {
    await using chain = await OrderChain.start(INSTRUMENTS, 'real');
    await using floor = await OrderFloor.start(chain);
    say('execution and position-risk up');
    const one = (i: number) => exit(chain, i);
    const bare = async () => {
      const { hopMs, orderMs } = await floor.pulse();
      return hopMs + orderMs;
    };
    await inTurns(count, one, bare);
    for (let i = 0; i < ROUNDS; i++) {
      stops.push(await inTurns(count, one, bare));
      say(`round ${i + 1} of ${ROUNDS}, stops, done`);
    }
  }
  const rates = held.map(({ rate }, i) => ({ ours: rate, floor: stored[i]! / FACTS }));
  const [denied, paced] = [sum(held.map((round) => round.denied)), sum(held.map((round) => round.paced))];
  const late = sum(held.map((round) => round.late));
  const commanded = ROUNDS * Math.round(seconds * ORDERS_PER_SECOND);
  return {
    figures: [
      at('command → venue, p50', 0.5, quiet),
      at('command → venue, p99', 0.99, quiet, 1.5),
      ...stagesOf(passages),
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
      at('p50 of the others, one instrument silent', 0.5, silence),
      at('p99 of the others, one instrument silent', 0.99, silence, 1.1),
      at('stop trigger → exit at the venue, p50', 0.5, stops),
      at('stop trigger → exit at the venue, p99', 0.99, stops, 2),
    ],
    notes: [
      `${ROUNDS} rounds of ${count} probes each way, ours and the floor's by turns; ratios over all of them`,
      `p99 ratios of rounds: command ${spread(quiet)}, silent ${spread(silence)}, stop ${spread(stops)}`,
      'from the moment when the command is stored (its ack and its delivery leave the server together)',
      'to the arrival of the request at the venue, which is this process: one clock',
      'the floor of an order is one append with fdatasync on the same disk and one request to another',
      'process and back, each behind a stored command; that of a stop has the hop of that command before it',
      `at the rate ${INSTRUMENTS} instruments take turns for ${seconds} s; the floor is what the server`,
      `alone stores, ${median(stored).toFixed(0)} flushed facts a second, by the ${FACTS} of an order`,
      `denied at the rate because the order before was not over: ${denied - paced} of ${commanded}`,
      `one silent: ${QUIET_PER_SECOND} orders a second of the others; the floor is the same with that one`,
      'commanded as often while it answers',
    ],
  };
}

/** Ms of probes of ours and of the floor's that took turns. */
interface Round {
  readonly ours: readonly number[];
  readonly floor: readonly number[];
}

/** Takes probes one after the other, one of ours and one of the floor's by turns. */
async function inTurns(
  count: number,
  ours: (i: number) => Promise<number>,
  floor: () => Promise<number>,
): Promise<Round> {
  const round = { ours: [] as number[], floor: [] as number[] };
  for (let i = 0; i < count; i++) {
    await pause(GAP_MS);
    round.floor.push(await floor());
    await pause(GAP_MS);
    round.ours.push(await ours(i));
  }
  return round;
}

/** An entry, until it is over. Returns the ms from its stored command to the venue. */
async function entry(chain: OrderChain, i: number, passages: Passage[] = []): Promise<number> {
  const instrument = chain.instruments[i % INSTRUMENTS]!;
  const over = event(chain, 'OrderCanceled', instrument);
  const arrived = arrival(chain);
  const { stored } = chain.command(instrument);
  const [storedMs, atMs] = await Promise.all([stored, arrived]);
  chain.onTimed = (times) => passages.push({ tookMs: atMs - storedMs, times });
  await over;
  return atMs - storedMs;
}

/** A position that is stopped out. Returns the ms from the trade to its exit at the venue. */
async function exit(chain: OrderChain, i: number): Promise<number> {
  chain.venue.fillsAt = Decimal.of(String(PRICE));
  const instrument = chain.instruments[i % INSTRUMENTS]!;
  const opened = event(chain, 'PositionOpened', instrument);
  chain.command(instrument);
  await opened;
  await pause(GAP_MS);
  const closed = event(chain, 'PositionClosed', instrument);
  const left = arrival(chain);
  const startMs = performance.now();
  void chain.trade(instrument, STOPPED_PRICE);
  const atMs = await left;
  await closed;
  await chain.trade(instrument, PRICE); // for its next turn, when everybody has seen it
  return atMs - startMs;
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

/** Entries at a steady rate, in instruments that take turns, beside one that is commanded less, or not. */
async function atRate(
  chain: OrderChain,
  perSecond: number,
  seconds: number,
  first: 'idle' | 'answers' | 'silent',
): Promise<Held> {
  const [one, ...others] = chain.instruments as [InstrumentId, ...InstrumentId[]];
  const arrivedMs = new Map<ClientOrderId, number>();
  const storedMs = new Map<ClientOrderId, number>();
  let [denied, paced] = [0, 0];
  chain.venue.onOrder = ({ clientOrderId }, atMs) => arrivedMs.set(clientOrderId, atMs);
  chain.onSaid = (said) => {
    if (said.type !== 'OrderDenied' || said.instrument === one) return;
    denied++;
    if (!said.why.startsWith('POSITION_EXISTS')) paced++;
  };
  if (first === 'silent') chain.venue.silent.add(one);
  const total = Math.round(seconds * perSecond);
  const startMs = performance.now();
  const all: Promise<unknown>[] = [];
  let oneMs = startMs;
  for (let sent = 0; sent < total; await pause(TICK_MS)) {
    const nowMs = performance.now();
    if (first !== 'idle' && nowMs >= oneMs) {
      void chain.command(one);
      oneMs += ONE_EVERY_MS;
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
  await settled(chain, first === 'silent' ? one : null);
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

/** Returns a quantile of all rounds together: the p99 of one is its third worst order. */
function at(what: string, share: number, rounds: readonly Round[], most?: number): Figure {
  const all = { ours: rounds.flatMap(({ ours }) => ours), floor: rounds.flatMap(({ floor }) => floor) };
  return paired(what, 'ms', [pairAt(share, all)], most === undefined ? undefined : { of: 'ratio', most });
}

function pairAt(share: number, { ours, floor }: Round): Pair {
  return { ours: quantile(ours, share), floor: quantile(floor, share) };
}

function spread(rounds: readonly Round[]): string {
  const ratios = rounds.map((round) => pairAt(0.99, round)).map(({ ours, floor }) => ours / floor);
  return `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
