// How trades wait, for the bus and behind gaps, and what is told of time meanwhile: a feed moved by hand.
import { US_PER_MS, US_PER_SECOND } from '@algo/model';
import { expect, test } from 'vitest';
import { HOLE_WAIT_MAX_MS, WAITING_ROWS_MAX, WAITING_ROWS_PROCESS_MAX } from '../domain/bounds.ts';
import { GATHERED_MAX } from './live-lane.ts';
import { byHand, T0_US, WALL_MS } from './testing/hand-feed.ts';
import { instrument } from './testing/instruments.ts';

const LTC = instrument('binance.spot.LTCUSDT');
const BTC = instrument('binance.spot.BTCUSDT');

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

test('the time of a quiet market goes on, and sure time waits for who is disconnected', async () => {
  const { feed, clock, run, stored } = await byHand(true, [LTC, BTC]);
  feed.hear(LTC.id, 0);
  await clock.advance(20_000);
  const quiet = stored.times.at(-1)!;
  expect(quiet.toldUs).toBe(T0_US + 20 * US_PER_SECOND);
  expect(quiet).toMatchObject({ behind: [], sureUs: quiet.toldUs - US_PER_SECOND, feed: 'hand', speed: 1 });
  expect(quiet.wallUs / US_PER_MS).toBeGreaterThan(WALL_MS + 19_000);
  feed.sink!.disconnected([LTC.id], 'gone');
  await clock.advance(10_000);
  const cut = stored.times.at(-1)!;
  expect(cut).toMatchObject({ behind: [LTC.id], sureUs: quiet.sureUs });
  expect(cut.toldUs).toBeGreaterThan(quiet.toldUs + 9 * US_PER_SECOND);
  await clock.advance(60_000);
  const later = stored.times.at(-1)!;
  expect(later).toMatchObject({ behind: [LTC.id], sureUs: later.toldUs - US_PER_SECOND });
  await run[Symbol.asyncDispose]();
});

test('a gap that is not fetched in time is given up, and what waited behind it goes on', async () => {
  const { feed, clock, run, stored } = await byHand(true, [LTC, BTC]);
  feed.hear(LTC.id, 1);
  await clock.advance(100);
  feed.hear(LTC.id, 5);
  feed.hear(BTC.id, 1);
  await clock.advance(HOLE_WAIT_MAX_MS - 1_000);
  feed.hear(LTC.id, 6);
  await clock.advance(100);
  expect(stored.ids).toEqual([1, 1]);
  expect(stored.times.at(-1)).toMatchObject({ behind: [LTC.id], sureUs: T0_US });
  await clock.advance(2_000);
  expect(stored.ids).toEqual([1, 1, 5, 6]);
  expect(stored.bodies('GapUnfillable')).toMatchObject([
    { missing: 3, reason: expect.stringContaining('10000 ms') },
  ]);
  expect(stored.times.at(-1)?.behind).toEqual([]);
  stored.expectSound();
  await run[Symbol.asyncDispose]();
});

test('behind a gap the newest price is told every 100 ms, and never as a trade', async () => {
  const { feed, clock, run, stored } = await byHand(true, [LTC, BTC]);
  feed.hear(LTC.id, 1);
  await clock.advance(100);
  for (let id = 5; id < 85; id++) {
    feed.hear(LTC.id, id);
    await clock.advance(100);
  }
  const seen = stored.bodies('PriceSeen');
  expect(seen.length).toBeGreaterThanOrEqual(60);
  for (let i = 1; i < seen.length; i++) {
    expect(seen[i]!.timeUs - seen[i - 1]!.timeUs).toBeGreaterThan(0);
    expect(seen[i]!.timeUs - seen[i - 1]!.timeUs).toBeLessThanOrEqual(200 * US_PER_MS);
  }
  expect(seen[0]!.timeUs - T0_US).toBeLessThanOrEqual(300 * US_PER_MS);
  expect(stored.ids).toEqual([1]);
  await clock.advance(HOLE_WAIT_MAX_MS);
  const told = stored.bodies('PriceSeen').length;
  feed.hear(LTC.id, 85, 86);
  await clock.advance(1_000);
  expect(stored.bodies('PriceSeen')).toHaveLength(told);
  expect(stored.ids.at(-1)).toBe(86);
  stored.expectSound();
  await run[Symbol.asyncDispose]();
});

test('no more than so many trades wait behind a gap', async () => {
  const { feed, clock, run, stored } = await byHand(true, [LTC, BTC]);
  feed.hear(LTC.id, 1);
  await clock.advance(100);
  for (let from = 5; from <= WAITING_ROWS_MAX + 10; from += 20_000) {
    feed.hear(LTC.id, ...numbers(from, from + 19_999));
    await clock.advance(50);
  }
  expect(stored.events).toContain('GapUnfillable');
  expect(stored.ids.at(-1)).toBeGreaterThan(WAITING_ROWS_MAX);
  expect(run.counters()).toMatchObject({ missing: 3, dropped: 0 });
  await run[Symbol.asyncDispose]();
});

test('a gap that is too long to be fetched is not asked for', async () => {
  const { feed, clock, run, stored } = await byHand(true, [LTC, BTC]);
  feed.hear(LTC.id, 1, 1_000_000);
  await clock.advance(300);
  expect(feed.asked).toEqual([]);
  expect(stored.ids).toEqual([1, 1_000_000]);
  expect(stored.events).toEqual(['FeedConnected', 'FeedConnected', 'GapOpened', 'GapUnfillable']);
  await run[Symbol.asyncDispose]();
});

test('where the feed has no such read, a gap is told as one that cannot be filled', async () => {
  const { feed, clock, run, stored } = await byHand(false, [LTC, BTC]);
  feed.hear(LTC.id, 1, 2, 6, 7);
  await clock.advance(300);
  expect(stored.bodies('GapUnfillable')).toMatchObject([
    { missing: 3, reason: expect.stringContaining('hand') },
  ]);
  expect(stored.batches.map(({ complete, trades }) => [complete, trades.count])).toEqual([
    [true, 2],
    [false, 2],
  ]);
  await run[Symbol.asyncDispose]();
});

test('while the bus is stuck time is not told and trades wait, bounded; then both go on', async () => {
  const { feed, speech, clock, run, stored } = await byHand(false, [LTC, BTC]);
  feed.hear(LTC.id, 1);
  await clock.advance(1_000);
  speech.stick(true);
  const before = stored.facts.length;
  for (let id = 2; id <= 500; id++) {
    feed.hear(LTC.id, id);
    await clock.advance(20, 20);
  }
  expect(speech.underWay).toBeLessThan(5);
  for (let i = 0; i < 5; i++) feed.hear(LTC.id, ...numbers(501 + i * 50_000, 500 + (i + 1) * 50_000));
  expect(run.counters().dropped).toBeGreaterThan(0);
  expect(stored.facts).toHaveLength(before);
  speech.stick(false);
  await clock.advance(1_000);
  expect(stored.ids.length).toBeGreaterThan(GATHERED_MAX / 2);
  expect(stored.ids).toEqual(numbers(1, stored.ids.length));
  stored.expectSound();
  await run[Symbol.asyncDispose]();
});

test('a word that cannot be stored ends the run', async () => {
  const { feed, speech, clock, run } = await byHand(true, [LTC, BTC]);
  speech.say = () => Promise.reject(new Error('the server has gone'));
  feed.hear(LTC.id, 1);
  await clock.advance(100);
  expect((await run.closed).message).toBe('the server has gone');
  await run[Symbol.asyncDispose]();
});

test('no more than so many trades of all instruments wait: the oldest hole is given up', async () => {
  const many = Array.from({ length: WAITING_ROWS_PROCESS_MAX / WAITING_ROWS_MAX + 1 }, (_, i) =>
    instrument(`binance.spot.COIN${i}`),
  );
  const { feed, clock, run, stored } = await byHand(true, many);
  for (const { id } of many) feed.hear(id, 1);
  for (const { id } of many) feed.hear(id, ...numbers(3, WAITING_ROWS_MAX));
  await clock.advance(60);
  expect(stored.bodies('GapUnfillable')).toMatchObject([
    { instrument: many[0]!.id, code: 'BOUND', missing: 1 },
  ]);
  expect(run.counters().waiting).toBe((many.length - 1) * (WAITING_ROWS_MAX - 2));
  await run[Symbol.asyncDispose]();
});
