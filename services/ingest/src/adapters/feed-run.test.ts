// A live feed on its way to the bus, out of a fake Binance that breaks, repeats itself and talks nonsense.
// hand.
import { BUY, SELL } from '@algo/model';
import { type BinanceStandIn, type StandInClient, tradeFrame } from '@algo/testkit/venues';
import { plainTrade, spotFeedOn, startStandIn } from '@algo/venues/binance/testing';
import { expect, test } from 'vitest';
import { FeedRun } from './feed-run.ts';
import { instrument } from './testing/instruments.ts';
import { hastyClock } from './testing/manual-clock.ts';
import { MemorySpeech, StoredFeed } from './testing/memory-speech.ts';

const LTC = instrument('binance.spot.LTCUSDT');
const T0_US = 1_750_507_467_000_000;

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

const happens = (server: BinanceStandIn, id: number) => server.tell('LTCUSDT', [plainTrade(id)]);

function streamTrade(id: number, more: Readonly<Record<string, unknown>> = {}): string {
  return tradeFrame(plainTrade(id), { symbol: 'LTCUSDT', perMs: 1_000, more });
}

/** Reads of trades; the list of symbols isn't one. */
const reads = (server: BinanceStandIn) => server.asked.filter(({ pathname }) => pathname.endsWith('Trades'));

/** `haste`: how many times as fast waits pass. */
function live(server: BinanceStandIn, speech: MemorySpeech, haste = 1): Promise<FeedRun> {
  const monotonicMs = () => performance.now() * haste;
  const options = { name: 'binance', speech, clock: hastyClock(20), monotonicMs, speed: 1 };
  return FeedRun.live(options, spotFeedOn(server), [LTC]);
}

async function connected(server: BinanceStandIn, run: FeedRun, number: number): Promise<StandInClient> {
  await until(
    `client ${number} is there`,
    () => server.clients.length >= number && run.reasons().length === 0,
  );
  return server.clients[number - 1]!;
}

test('trades reach the bus once, in order, with the taker as their side', async () => {
  await using server = await startStandIn();
  const speech = new MemorySpeech();
  await using run = await live(server, speech);
  await connected(server, run, 1);
  for (let id = 1; id <= 500; id++) happens(server, id);
  await until('all trades are in', () => run.counters().accepted === 500);
  await speech.flush();
  const { ids, events, batches } = speech.stored;
  expect(ids).toEqual(numbers(1, 500));
  expect(events).toEqual(['FeedConnected']);
  for (const { complete, origin, receivedUs, trades } of batches) {
    expect({ complete, origin }).toEqual({ complete: true, origin: 'live' });
    expect(receivedUs).toBeGreaterThan(T0_US);
    const sides = [...(trades.ids.values as Float64Array)].map((id) => (id % 2 === 0 ? SELL : BUY));
    expect([...trades.side]).toEqual(sides);
  }
  speech.stored.expectSound();
});

test('repeats, jumps, broken values and nonsense are told and survived', async () => {
  await using server = await startStandIn();
  const speech = new MemorySpeech();
  await using run = await live(server, speech, 20);
  const client = await connected(server, run, 1);
  const bad = [
    streamTrade(3, { p: '-1' }),
    streamTrade(4, { q: '0' }),
    streamTrade(5, { m: 'yes' }),
    streamTrade(6, { T: 'now' }),
  ];
  const nonsense = [
    '{',
    'null',
    '[]',
    '{"stream":"x","data":{"e":"kline"}}',
    streamTrade(7, { s: 'DOGEUSDT' }),
  ];
  const good = (id: number) => streamTrade(id);
  for (const frame of [good(1), good(1), good(2), ...bad, ...nonsense, good(7), good(12)]) client.send(frame);
  await until('the last trade is in', () => run.counters().accepted === 4);
  await until('nonsense is counted', () => run.counters().malformed === 5);
  expect(run.counters()).toMatchObject({ refused: 5, duplicates: 1, gaps: 1, missing: 4 });
  await speech.flush();
  expect(speech.stored.ids).toEqual([1, 2, 7, 12]);
  expect(speech.stored.events.filter((name) => name !== 'TradeRefused')).toEqual([
    'FeedConnected',
    'GapOpened',
    'GapUnfillable',
  ]);
});

test('what a broken connection missed is fetched and said in its place', async () => {
  await using server = await startStandIn();
  const speech = new MemorySpeech();
  await using run = await live(server, speech);
  const first = await connected(server, run, 1);
  happens(server, 1);
  await until('a trade is in', () => run.counters().accepted === 1);
  server.refuses = true;
  first.cut();
  await until('it notices', () => run.reasons().length === 1);
  expect(run.reasons()[0]).toContain('binance.spot.LTCUSDT');
  for (let id = 2; id <= 2_500; id++) happens(server, id);
  server.refuses = false;
  await connected(server, run, 2);
  happens(server, 2_501);
  await until('trades go on', () => run.counters().accepted === 2_501);
  await speech.flush();
  const { ids, events, batches } = speech.stored;
  expect(ids).toEqual(numbers(1, 2_501));
  expect(events).toEqual(['FeedConnected', 'FeedDisconnected', 'FeedConnected', 'GapOpened', 'GapFilled']);
  expect(speech.stored.bodies('GapFilled')).toMatchObject([
    { ids: { fromTradeId: 2, toTradeId: 2_500 }, recovered: 2_499 },
  ]);
  for (const { complete } of batches) expect(complete).toBe(true);
  expect(reads(server)).toHaveLength(3);
  speech.stored.expectSound();
});

test('eleven drops leave no gap open', async () => {
  await using server = await startStandIn();
  const speech = new MemorySpeech();
  await using run = await live(server, speech);
  let id = 0;
  const trade = (times: number) => {
    for (let i = 0; i < times; i++) happens(server, ++id);
  };
  for (let drop = 1; drop <= 11; drop++) {
    const client = await connected(server, run, drop);
    trade(20);
    server.refuses = true;
    client.cut();
    await until('it notices', () => run.reasons().length === 1);
    trade(drop * 150);
    server.refuses = false;
  }
  await connected(server, run, 12);
  trade(20);
  await until('all are in', () => run.counters().accepted === id);
  await until('all is well', () => speech.stored.times.at(-1)?.behind.length === 0);
  const { ids, events } = speech.stored;
  expect(ids).toEqual(numbers(1, id));
  const count = (name: string) => events.filter((event) => event === name).length;
  expect(count('GapOpened')).toBeGreaterThan(0);
  expect({ filled: count('GapFilled'), given: count('GapUnfillable') }).toEqual({
    filled: count('GapOpened'),
    given: 0,
  });
  expect(run.counters()).toMatchObject({ missing: 0, dropped: 0 });
  speech.stored.expectSound();
});

test('what was missed between two lives of the process is fetched, and nothing is said twice', async () => {
  await using server = await startStandIn();
  const stored = new StoredFeed();
  {
    const speech = new MemorySpeech(stored);
    await using run = await live(server, speech);
    await connected(server, run, 1);
    for (let id = 1; id <= 30; id++) happens(server, id);
    await until('trades are in', () => run.counters().accepted === 30);
    await speech.flush();
    speech.stick(true);
    for (let id = 31; id <= 40; id++) happens(server, id);
    await until('more are on their way', () => run.counters().tradesIn === 40);
    speech.die(0);
  }
  for (let id = 41; id <= 60; id++) happens(server, id);
  const speech = new MemorySpeech(stored);
  await using run = await live(server, speech);
  await connected(server, run, 2);
  happens(server, 61);
  await until('trades go on', () => stored.ids.at(-1) === 61);
  expect(stored.ids).toEqual(numbers(1, 61));
  expect(run.counters()).toMatchObject({ gaps: 1, missing: 0, duplicates: 0 });
  stored.expectSound();
});

test('a venue that answers no read has its gap given up after a while, and trades go on', async () => {
  await using server = await startStandIn();
  const speech = new MemorySpeech();
  await using run = await live(server, speech, 20);
  await connected(server, run, 1);
  happens(server, 1);
  await until('a trade is in', () => run.counters().accepted === 1);
  server.readFault = () => ({ status: 503, body: '' });
  happens(server, 5);
  happens(server, 6);
  await until('trades go on', () => run.counters().accepted === 3);
  happens(server, 7);
  await until('the last is in', () => run.counters().accepted === 4);
  await speech.flush();
  expect(reads(server).length).toBeGreaterThan(1);
  expect(speech.stored.bodies('GapUnfillable')).toMatchObject([
    { missing: 3, code: 'TIMEOUT', reason: expect.stringContaining('503') },
  ]);
  const complete = new Map(
    speech.stored.batches.map((batch) => [batch.trades.ids.values[0], batch.complete]),
  );
  expect([complete.get(1), complete.get(5), complete.get(7)]).toEqual([true, false, true]);
});

test('what the venue itself has no trade of is no loss', async () => {
  await using server = await startStandIn();
  const speech = new MemorySpeech();
  await using run = await live(server, speech);
  await connected(server, run, 1);
  happens(server, 1);
  await until('a trade is in', () => run.counters().accepted === 1);
  server.happen('LTCUSDT', numbers(2, 9).map(plainTrade));
  server.lost.add(3).add(4).add(9);
  happens(server, 10);
  await until('the last trade is in', () => speech.stored.ids.at(-1) === 10);
  expect(speech.stored.ids).toEqual([1, 2, 5, 6, 7, 8, 10]);
  expect(speech.stored.bodies('GapFilled')).toMatchObject([
    { ids: { fromTradeId: 2, toTradeId: 9 }, recovered: 5, absent: 3 },
  ]);
  expect(speech.stored.events).not.toContain('GapUnfillable');
  for (const { complete } of speech.stored.batches) expect(complete).toBe(true);
});
