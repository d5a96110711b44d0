// A venue that lies, leaps, restarts, or has another clock: a live feed on a stand-in of Binance's spot.
import { systemClock } from '@algo/bus';
import { US_PER_MS } from '@algo/model';
import type { BinanceStandIn, EngineOrder } from '@algo/testkit/venues';
import { plainTrade, spotFeedOn, startStandIn } from '@algo/venues/binance/testing';
import { expect, test } from 'vitest';
import { FeedRun } from './feed-run.ts';
import { instrument } from './testing/instruments.ts';
import { MemorySpeech } from './testing/memory-speech.ts';

const ONE = 100_000_000n;

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function live(standIn: BinanceStandIn) {
  const speech = new MemorySpeech();
  const options = { name: 'binance', speech, clock: systemClock, speed: 1 };
  const monotonicMs = () => performance.now();
  const feed = spotFeedOn(standIn);
  const run = await FeedRun.live({ ...options, monotonicMs }, feed, [instrument('binance.spot.LTCUSDT')]);
  await until('it is connected', () => run.reasons().length === 0);
  return { run, stored: speech.stored, [Symbol.asyncDispose]: () => run[Symbol.asyncDispose]() };
}

test('a page that begins before what was asked for proves nothing, and is asked for again', async () => {
  await using standIn = await startStandIn();
  await using life = await live(standIn);
  standIn.tell('LTCUSDT', [plainTrade(1), plainTrade(2), plainTrade(3)]);
  let lies = 2;
  standIn.pageStart = (_symbol, fromId) => (lies-- > 0 ? fromId - 2 : fromId);
  standIn.happen('LTCUSDT', [plainTrade(4), plainTrade(5)]);
  standIn.tell('LTCUSDT', [plainTrade(6)]);
  await until('all are in', () => life.stored.ids.length === 6);
  expect(life.stored.ids).toEqual([1, 2, 3, 4, 5, 6]);
  expect(life.stored.bodies('GapFilled')).toMatchObject([{ recovered: 2, absent: 0 }]);
  expect(lies).toBeLessThan(0);
});

test('a venue that was down has no hole when it is back', async () => {
  await using standIn = await startStandIn();
  await using life = await live(standIn);
  standIn.tell('LTCUSDT', [plainTrade(1)]);
  await until('one is in', () => life.stored.ids.length === 1);
  standIn.down(true);
  await until('it is noticed', () => life.run.reasons().length > 0);
  standIn.happen('LTCUSDT', [plainTrade(2), plainTrade(3)]);
  standIn.down(false);
  await until('it is back', () => life.run.reasons().length === 0);
  standIn.tell('LTCUSDT', [plainTrade(4)]);
  await until('all are in', () => life.stored.ids.length === 4);
  expect(life.stored.ids).toEqual([1, 2, 3, 4]);
});

test('a price that leaps because a book is thin is a price, by the book and on the tape', async () => {
  await using standIn = await startStandIn();
  await using life = await live(standIn);
  const rest = (id: string, price: bigint, quantity: bigint): EngineOrder => ({
    ...{ id, owner: 'maker', side: 'sell', price: price * ONE, quantity: quantity * ONE },
  });
  for (const order of [rest('a', 80n, 1n), rest('b', 81n, 1n), rest('c', 140n, 5n)])
    expect(standIn.place('LTCUSDT', order)).toEqual([]);
  const taker = { id: 't', owner: 'taker', side: 'buy', price: undefined, quantity: 3n * ONE } as const;
  const matches = standIn.place('LTCUSDT', taker);
  expect(matches.map(({ maker, taker: { owner } }) => [maker.id, owner])).toEqual([
    ['a', 'taker'],
    ['b', 'taker'],
    ['c', 'taker'],
  ]);
  await until('all are in', () => life.stored.ids.length === 3);
  expect(life.stored.batches.flatMap(({ trades }) => [...trades.price])).toEqual([80, 81, 140]);
  expect(life.stored.batches.flatMap(({ trades }) => [...trades.side])).toEqual([1, 1, 1]);
});

test('told time is not behind the newest trade of a venue whose clock is ahead of ours', async () => {
  await using standIn = await startStandIn();
  standIn.skewMs = 2_000;
  await using life = await live(standIn);
  standIn.place('LTCUSDT', { id: 'a', owner: 'm', side: 'sell', price: 80n * ONE, quantity: ONE });
  standIn.place('LTCUSDT', { id: 't', owner: 't', side: 'buy', price: undefined, quantity: ONE });
  await until('it is in', () => life.stored.ids.length === 1);
  const tradeUs = life.stored.batches[0]!.trades.timeUs[0]!;
  expect(tradeUs).toBeGreaterThan((Date.now() + 1_000) * US_PER_MS);
  await until('time has passed it', () => (life.stored.times.at(-1)?.toldUs ?? 0) >= tradeUs);
  expect(life.run.counters()).toMatchObject({ refused: 0 });
});
