// The live feed against a venue that breaks, falls silent, repeats itself and talks nonsense.
import { type Bus, bucketSnapshots, SimulatedServer, systemClock, VirtualClock } from '@algo/bus';
import { codecs, subjects } from '@algo/contracts';
import {
  BUY,
  Decimal,
  InputError,
  type Instrument,
  instrumentId,
  instrumentParts,
  type Market,
  SELL,
} from '@algo/model';
import { expect, test } from '@jest/globals';
import type { ConnectionTimings } from './binance-connection.ts';
import { LiveRun } from './live-run.ts';
import { type FakeClient, FakeStreamServer } from './testing/fake-stream-server.ts';

const TIMINGS: ConnectionTimings = {
  silenceMs: 30_000,
  rotateMs: 3_600_000,
  overlapMs: 60,
  retryFirstMs: 5,
  retryMaxMs: 20,
  lookMs: 2,
};
const T0_US = 1_750_507_467_000_000;

function instrument(name: string): Instrument {
  const id = instrumentId(name);
  const { venue, market, symbol } = instrumentParts(id);
  const one = Decimal.of('1');
  const rules = { priceTick: one, quantityStep: one, minQuantity: one, minNotional: one };
  return {
    id,
    venue,
    market: market as Market,
    symbol,
    base: 'A',
    quote: 'B',
    assetClass: 'regular',
    ...rules,
  };
}

const LTC = instrument('binance.spot.LTCUSDT');

function trade(id: number, more: Record<string, unknown> = {}): string {
  const T = T0_US + id * 1_000;
  const data = {
    e: 'trade',
    E: T,
    s: 'LTCUSDT',
    t: id,
    p: '83.50',
    q: '0.10',
    T,
    m: id % 2 === 0,
    M: true,
    ...more,
  };
  return JSON.stringify({ stream: 'ltcusdt@trade', data });
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

interface Life {
  readonly bus: Bus;
  readonly timings?: Partial<ConnectionTimings>;
  readonly instruments?: readonly Instrument[];
  readonly epoch?: number;
  readonly monotonicMs?: () => number;
}

function live(
  server: FakeStreamServer,
  { bus, timings, instruments, epoch, monotonicMs }: Life,
): Promise<LiveRun> {
  return LiveRun.open({
    bus,
    clock: systemClock,
    monotonicMs: monotonicMs ?? (() => performance.now()),
    random: () => 0.5,
    snapshots: bucketSnapshots(bus.bucket('snapshots'), 'ingest-0-live'),
    snapshotIntervalMs: 5,
    url: server.url,
    timings: { ...TIMINGS, ...timings },
    instruments: instruments ?? [LTC],
    epoch: epoch ?? 1,
  });
}

function simulatedBus(): Bus {
  return new SimulatedServer(new VirtualClock()).bus('ingest-0');
}

async function told(bus: Bus) {
  const ids: number[] = [];
  const feed: string[] = [];
  const batches: { complete: boolean; count: number; receivedUs: number }[] = [];
  for await (const message of bus.read({ stream: 'MARKET', subjects: ['md.>'], after: 0 })) {
    if (message.subject.startsWith('md.trades.')) {
      const batch = codecs.TradeBatch.decode(message.data);
      ids.push(...(batch.trades.ids.values as Float64Array));
      batches.push({ complete: batch.complete, count: batch.trades.count, receivedUs: batch.receivedUs });
    } else feed.push(message.type.replace('algo.v1.', ''));
  }
  return { ids, feed: feed.filter((type) => type !== 'TimeAdvanced'), batches };
}

async function connected(server: FakeStreamServer, run: LiveRun, number: number): Promise<FakeClient> {
  await until(
    `client ${number} is there`,
    () => server.clients.length >= number && run.connectionsOpen === 1,
  );
  return server.clients[number - 1]!;
}

test('trades reach the bus once, in order, with the taker as their side', async () => {
  await using server = await FakeStreamServer.start();
  const bus = simulatedBus();
  await using run = await live(server, { bus });
  const client = await connected(server, run, 1);
  expect(client.path).toContain('/stream?streams=ltcusdt@trade');
  for (let id = 1; id <= 500; id++) client.send(trade(id));
  await until('all trades are in', () => run.counters().accepted === 500);
  await bus.flush();
  const { ids, feed, batches } = await told(bus);
  expect(ids).toEqual(Array.from({ length: 500 }, (_, i) => i + 1));
  expect(feed).toEqual(['FeedConnected']);
  for (const batch of batches) expect(batch).toMatchObject({ complete: true });
  const last = await bus.last('MARKET', subjects.trades(LTC.id));
  const { side, ids: lastIds } = codecs.TradeBatch.decode(last!.data).trades;
  expect([...side]).toEqual([...(lastIds.values as Float64Array)].map((id) => (id % 2 === 0 ? SELL : BUY)));
  expect(last?.lane).toMatchObject({ producer: 'ingest-0', epoch: 1, count: batches.length });
});

test('repeats, jumps, broken values and nonsense are told and survived', async () => {
  await using server = await FakeStreamServer.start();
  const bus = simulatedBus();
  await using run = await live(server, { bus });
  const client = await connected(server, run, 1);
  const bad = [trade(3, { p: '-1' }), trade(4, { q: '0' }), trade(5, { m: 'yes' }), trade(6, { T: 'now' })];
  const nonsense = ['{', 'null', '[]', '{"stream":"x","data":{"e":"kline"}}', trade(7, { s: 'DOGEUSDT' })];
  for (const frame of [trade(1), trade(1), trade(2), ...bad, ...nonsense, trade(7), trade(12)])
    client.send(frame);
  await until('the last trade is in', () => run.counters().accepted === 4);
  await until('nonsense is counted', () => run.counters().malformed === 5);
  expect(run.counters()).toMatchObject({ refused: 5, duplicates: 1, gaps: 1, missing: 4 });
  const { ids, feed } = await told(bus);
  expect(ids).toEqual([1, 2, 7, 12]);
  expect(feed.filter((type) => type !== 'TradeRefused')).toEqual([
    'FeedConnected',
    'GapOpened',
    'GapUnfillable',
  ]);
});

test('a broken connection is dialled again, and what was missed is a gap', async () => {
  await using server = await FakeStreamServer.start();
  const bus = simulatedBus();
  await using run = await live(server, { bus });
  const first = await connected(server, run, 1);
  first.send(trade(1));
  await until('a trade is in', () => run.counters().accepted === 1);
  server.refuses = true;
  first.cut();
  await until('it notices', () => run.connectionsOpen === 0 && run.reasons().length === 1);
  server.refuses = false;
  const second = await connected(server, run, 2);
  second.send(trade(5));
  await until('trades go on', () => run.counters().accepted === 2);
  const { feed, batches } = await told(bus);
  expect(feed).toEqual(['FeedConnected', 'FeedDisconnected', 'FeedConnected', 'GapOpened', 'GapUnfillable']);
  expect(batches.map(({ complete }) => complete)).toEqual([true, false]);
});

test('a connection that has died without a word is asked, and then replaced', async () => {
  await using server = await FakeStreamServer.start();
  server.answers = false;
  let nowMs = 0;
  await using run = await live(server, { bus: simulatedBus(), monotonicMs: () => nowMs });
  const client = await connected(server, run, 1);
  nowMs += 16_000;
  await until('it is asked', () => client.frames === 1);
  nowMs += 16_000;
  await until('it is given up', () => run.connectionsOpen === 0);
  nowMs += 1_000;
  await connected(server, run, 2);
});

test('a connection of a quiet market stays, for it answers when it is asked', async () => {
  await using server = await FakeStreamServer.start();
  let nowMs = 0;
  await using run = await live(server, { bus: simulatedBus(), monotonicMs: () => nowMs });
  const client = await connected(server, run, 1);
  for (let asked = 1; asked <= 5; asked++) {
    nowMs += 16_000;
    await until('it is asked again', () => client.frames === asked);
    // Its answer is heard before the clock goes on: the trade comes after it.
    client.send(trade(asked));
    await until('the trade is in', () => run.counters().accepted === asked);
  }
  expect(server.clients).toHaveLength(1);
});

test('an old connection is replaced without a gap, a repeat or a word', async () => {
  await using server = await FakeStreamServer.start();
  const bus = simulatedBus();
  await using run = await live(server, { bus, timings: { rotateMs: 40 } });
  await connected(server, run, 1);
  let id = 0;
  // Old and new connections hear every trade, as the venue's do.
  while (server.clients.length < 5) {
    id++;
    for (const client of server.open) client.send(trade(id));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await until('the last trade is in', () => run.counters().accepted === id);
  const { ids, feed } = await told(bus);
  expect(ids).toEqual(Array.from({ length: id }, (_, i) => i + 1));
  expect(feed).toEqual(['FeedConnected']);
  expect(run.counters()).toMatchObject({ duplicates: 0, gaps: 0 });
});

test('what was missed between two lives of the process is a gap', async () => {
  await using server = await FakeStreamServer.start();
  const bus = simulatedBus();
  {
    await using run = await live(server, { bus });
    const client = await connected(server, run, 1);
    client.send(trade(1));
    const saved = async () => (await bus.bucket('snapshots').get('ingest-0-live'))?.revision ?? 0;
    await until('a trade is in', () => run.counters().accepted === 1);
    const before = await saved();
    while ((await saved()) < before + 4) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await using run = await live(server, { bus, epoch: 2 });
  (await connected(server, run, 2)).send(trade(10));
  await until('trades go on', () => run.counters().accepted === 2);
  expect(run.counters()).toMatchObject({ gaps: 1, missing: 8 });
});

test('each two hundred streams have a connection, and one that fails leaves the other alone', async () => {
  await using server = await FakeStreamServer.start();
  const many = Array.from({ length: 201 }, (_, i) => instrument(`binance.spot.COIN${i}`));
  await using run = await live(server, { bus: simulatedBus(), instruments: many });
  await until('both are open', () => run.connectionsOpen === 2);
  const streams = server.clients.map(({ path }) => path.split('@trade').length - 1);
  expect(streams.sort((a, b) => a - b)).toEqual([1, 200]);
  const other = server.clients.find(({ path }) => path.includes('coin200@'))!;
  server.clients.find((client) => client !== other)!.cut();
  await until('the broken one is back', () => server.clients.length === 3 && run.connectionsOpen === 2);
  expect(other.isOpen).toBe(true);
});

test('the time of a quiet market goes on, a second behind, but not while disconnected', async () => {
  await using server = await FakeStreamServer.start();
  const bus = simulatedBus();
  let aheadMs = 0;
  await using run = await live(server, { bus, monotonicMs: () => performance.now() + aheadMs });
  const client = await connected(server, run, 1);
  client.send(trade(1));
  await until('a trade is in', () => run.counters().accepted === 1);
  aheadMs = 20_000;
  const advanced = async () => {
    const last = await bus.last('MARKET', subjects.feed(LTC.id));
    return last?.type === codecs.TimeAdvanced.type ? codecs.TimeAdvanced.decode(last.data).timeUs : 0;
  };
  while ((await advanced()) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const seconds = ((await advanced()) - T0_US) / 1e6;
  expect(seconds).toBeGreaterThanOrEqual(19);
  expect(seconds).toBeLessThan(25);
  server.refuses = true;
  client.cut();
  await until('it notices', () => run.connectionsOpen === 0);
  await bus.flush();
  await new Promise((resolve) => setTimeout(resolve, 1_200)); // longer than time is told
  expect(await advanced()).toBe(0); // the last word is that the feed is disconnected
});

test.each([[[]], [[instrument('binance.perp.BTCUSDT')]], [[instrument('coinbase.spot.BTC-USD')]]])(
  'instruments that Binance spot does not have are refused',
  async (instruments) => {
    await using server = await FakeStreamServer.start();
    await expect(live(server, { bus: simulatedBus(), instruments })).rejects.toThrow(InputError);
  },
);
