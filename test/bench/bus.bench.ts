import {
  type Bus,
  Driver,
  FactMessage,
  type Machine,
  MemoryBus,
  MemoryLog,
  MemoryServer,
  type Reading,
  systemClock,
  VirtualClock,
} from '@algo/bus';
import type { Fact } from '@algo/contracts';
import type { TimeAdvanced } from '@algo/model';
import { baseConfig, Composition, createLogger, defineService } from '@algo/runtime';
import { BenchServer } from './bench-server.ts';
import { type BenchOptions, type BenchResult, type Pair, paired } from './figures.ts';

export const name = 'bus';
export const description =
  'what lies between two machines: the scheduler of a composition, the driver in memory and over JetStream';

const COMPOSED_FACTS = 2_000_000;
const MEMORY_FACTS = 50_000;
const STORED_FACTS = 5_000;
const PAIRS = 5;
const INGEST = { identity: 'ingest.binance', account: '' };
const NOTIFIER = { identity: 'notifier.main', account: '' };
const TIME: Reading = { family: 'md.time' };

/** Says a word on each input, and counts. */
class Answering implements Machine<Fact, 'NotificationSent'> {
  taken = 0;

  take(_: Fact, say: (name: 'NotificationSent', body: typeof WORD) => void): void {
    this.taken++;
    say('NotificationSent', WORD);
  }

  snapshot(): Uint8Array {
    return new Uint8Array();
  }
}

/** Takes and says nothing. */
class Silent implements Machine<Fact> {
  taken = 0;

  take(): void {
    this.taken++;
  }

  snapshot(): Uint8Array {
    return new Uint8Array();
  }
}

const WORD = { notificationId: 'n', channel: 'bench', subject: 'a word', attempts: 1, timeUs: 1 };

export async function run({ scale, say }: BenchOptions): Promise<BenchResult> {
  const composed = await turns(composedUs, plainUs, COMPOSED_FACTS * scale);
  say('composition done');
  const inMemory = await turns(drivenInMemoryUs, followedInMemoryUs, MEMORY_FACTS * scale);
  say('memory bus done');
  const stored = await turns(drivenOverJetStreamUs, followedOverJetStreamUs, STORED_FACTS * scale);
  return {
    figures: [
      paired('composition, a fact', 'µs', composed, { of: 'value', most: 0.3 }),
      paired('driver on the memory bus, a fact', 'µs', inMemory),
      paired('driver over JetStream, a fact', 'µs', stored),
    ],
    notes: [
      `${PAIRS} pairs that took turns; each fact makes a machine say a word, which is a fact too`,
      'figures are CPU time of this process, so that whoever else is on the machine counts little',
      'floors: the same machines called from a plain queue; follow and publish of the same facts and words',
      `over JetStream ${Math.round(STORED_FACTS * scale)} facts wait at the start; it ends when all words are stored`,
    ],
  };
}

/** Returns pairs of runs that took turns, after one of each that compiles. */
async function turns(
  ours: (count: number) => Promise<number>,
  floor: (count: number) => Promise<number>,
  count: number,
): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let i = 0; i <= PAIRS; i++)
    pairs.push({ floor: await floor(Math.round(count)), ours: await ours(Math.round(count)) });
  return pairs.slice(1);
}

function time(toldUs: number): Fact & { readonly name: 'TimeAdvanced' } {
  const body: TimeAdvanced = {
    ...{ type: 'TimeAdvanced', feed: 'binance', toldUs, sureUs: toldUs, behind: [] },
    ...{ wallUs: 0, speed: 1, warm: false },
  };
  return { name: 'TimeAdvanced', body };
}

/** Begins to measure; returns what tells the cost of a fact. *Units*: µs; an input and its word are two. */
function spent(): (inputs: number) => number {
  const from = process.cpuUsage();
  return (inputs) => {
    const { user, system } = process.cpuUsage(from);
    return (user + system) / (2 * inputs);
  };
}

async function composedUs(count: number): Promise<number> {
  const server = new MemoryServer(new VirtualClock(0));
  await using composition = new Composition({
    bus: (identity) => new MemoryBus(server, identity),
    log: (identity) => createLogger(identity, 'fatal'),
    exchange: () => {
      throw new Error('nobody trades here');
    },
    openRowStore: () => {
      throw new Error('nobody stores here');
    },
    observe() {},
  });
  const [answering, silent] = [new Answering(), new Silent()];
  const config = baseConfig.parse({});
  await composition.add(serviceOf('notifier', TIME, answering), config);
  await composition.add(serviceOf('position-risk', { family: 'sys.notification' }, silent), config);
  await composition.ready();
  const fact = time(1);
  const { scheduler } = composition;
  const each = spent();
  for (let i = 0; i < count; i++) {
    scheduler.push(composition.said(fact, INGEST));
    scheduler.drain();
  }
  return checked(each(count), silent.taken, count);
}

function serviceOf(
  name: 'notifier' | 'position-risk',
  reading: Reading,
  machine: Machine<Fact, 'NotificationSent'>,
) {
  return defineService({
    name,
    config: baseConfig,
    purpose: () => 'main',
    async start(context) {
      const plan = { reads: [reading], says: ['sys.notification' as const], restore: () => machine };
      const { driven } = await context.drive(plan);
      return { closed: driven.closed, counters: () => ({}) };
    },
  });
}

async function plainUs(count: number): Promise<number> {
  const [answering, silent] = [new Answering(), new Silent()];
  const queue: Fact[] = [];
  const say = (name: 'NotificationSent', body: typeof WORD) => queue.push({ name, body });
  const fact = time(1);
  const each = spent();
  for (let i = 0; i < count; i++) {
    queue.push(fact);
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      if (next.name === 'TimeAdvanced') answering.take(next, say);
      else silent.take();
  }
  return checked(each(count), silent.taken, count);
}

async function drivenInMemoryUs(count: number): Promise<number> {
  const server = new MemoryServer(new VirtualClock(0));
  return driven(new MemoryBus(server, INGEST.identity), new MemoryBus(server, NOTIFIER.identity), count);
}

async function followedInMemoryUs(count: number): Promise<number> {
  const server = new MemoryServer(new VirtualClock(0));
  return followed(new MemoryBus(server, INGEST.identity), new MemoryBus(server, NOTIFIER.identity), count);
}

async function drivenOverJetStreamUs(count: number): Promise<number> {
  await using server = await BenchServer.start();
  return await driven(await server.bus(INGEST.identity), await server.bus(NOTIFIER.identity), count);
}

async function followedOverJetStreamUs(count: number): Promise<number> {
  await using server = await BenchServer.start();
  return await followed(await server.bus(INGEST.identity), await server.bus(NOTIFIER.identity), count);
}

async function driven(from: Bus, bus: Bus, count: number): Promise<number> {
  await store(from, count);
  const machine = new Answering();
  const all = counted(bus, count);
  const each = spent();
  await using driver = await Driver.start<Fact, 'NotificationSent', never, never>({
    ...{ bus: all.bus, clock: systemClock, identity: NOTIFIER.identity, account: '', log: new MemoryLog() },
    ...{ snapshots: { load: async () => undefined, save: async () => {} }, snapshotIntervalMs: 600_000 },
    knows: () => true,
    plan: { reads: [TIME], says: ['sys.notification'], restore: () => machine },
  });
  const failed = driver.closed.then((error) => Promise.reject(error ?? new Error('it stopped')));
  await Promise.race([all.stored, failed]);
  failed.catch(() => undefined);
  return checked(each(count), machine.taken, count);
}

async function followed(from: Bus, bus: Bus, count: number): Promise<number> {
  await store(from, count);
  let taken = 0;
  const all = counted(bus, count);
  const each = spent();
  await using _following = await bus.follow(
    { stream: 'MARKET', subjects: ['md.time.>'], after: 0 },
    (message) => {
      if (message.fact.name !== 'TimeAdvanced') return;
      const word: Fact = { name: 'NotificationSent', body: WORD };
      all.bus.say(FactMessage.said(word, NOTIFIER, { id: `word:${++taken}` }), () => {});
    },
  );
  await all.stored;
  return checked(each(count), taken, count);
}

/** Stores facts for somebody to take. */
async function store(bus: Bus, count: number): Promise<void> {
  for (let i = 1; i <= count; i++) {
    const lane = { producer: INGEST.identity, epoch: 1, count: i };
    void bus.publish(FactMessage.said(time(i), INGEST, { lane }));
    if (i % 64 === 0) await bus.ready();
  }
  await bus.flush();
}

/** Returns a bus that knows when so many words have been stored through it. */
function counted(bus: Bus, count: number): { readonly bus: Bus; readonly stored: Promise<void> } {
  const stored = Promise.withResolvers<void>();
  let left = count;
  const say: Bus['say'] = (message, done) =>
    bus.say(message, (result) => {
      done(result);
      if (result instanceof Error) stored.reject(result);
      else if (message.type.endsWith('NotificationSent') && --left === 0) stored.resolve();
    });
  const counting = new Proxy(bus, {
    get(target, key) {
      if (key === 'say') return say;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { bus: counting, stored: stored.promise };
}

function checked(figure: number, taken: number, count: number): number {
  if (taken !== count) throw new Error(`${taken} of ${count} were taken`);
  return figure;
}
