// Every frame that a venue's stand-in can garble: counted, shown to a person, never fatal, never stored.
import { malformedFrames, USDM_DIALECT } from '@algo/testkit/venues';
import {
  plainTrade,
  spotFeedOn,
  startStandIn,
  usdmFeedOn,
  usdmRawFeedOn,
} from '@algo/venues/binance/testing';
import { expect, test } from 'vitest';
import { FeedRun } from './feed-run.ts';
import { instrument } from './testing/instruments.ts';
import { hastyClock } from './testing/manual-clock.ts';
import { MemorySpeech } from './testing/memory-speech.ts';

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const MARKETS = [
  { name: 'spot', stream: 'trade', id: 'binance.spot.LTCUSDT', dialect: undefined, feedOn: spotFeedOn },
  {
    name: 'USD-M',
    stream: 'aggTrade',
    id: 'binance.perp.LTCUSDT',
    dialect: USDM_DIALECT,
    feedOn: usdmFeedOn,
  },
  {
    name: 'USD-M trade by trade',
    stream: 'trade of USD-M',
    id: 'binance.perp.LTCUSDT',
    dialect: USDM_DIALECT,
    feedOn: usdmRawFeedOn,
  },
] as const;

test.each(MARKETS)('$name: garbled frames are counted, shown and left out', async (market) => {
  await using server = await startStandIn(['LTCUSDT'], market.dialect);
  const speech = new MemorySpeech();
  const warned: string[] = [];
  const warn = (words: string) => warned.push(words);
  const options = { name: market.name, speech, clock: hastyClock(20), warn, speed: 1 };
  const monotonicMs = () => performance.now();
  const feed = market.feedOn(server);
  await using run = await FeedRun.live({ ...options, monotonicMs }, feed, [instrument(market.id)]);
  await until('it is connected', () => run.reasons().length === 0);
  server.tell('LTCUSDT', [plainTrade(1)]);
  await until('a trade is in', () => run.counters().accepted === 1);
  const frames = malformedFrames(market.stream, 'LTCUSDT');
  for (const [, frame] of frames) server.clients[0]!.send(frame);
  server.tell('LTCUSDT', [plainTrade(2)]);
  await until('the next trade is in', () => run.counters().accepted === 2);
  const { duplicates, malformed, refused } = run.counters();
  expect(malformed + refused + duplicates).toBe(frames.length);
  await speech.flush();
  expect(speech.stored.ids.map(Number)).toEqual([1, 2]);
  expect(warned).toEqual([expect.stringContaining('frames could not be read')]);
  expect(server.clients).toHaveLength(1);
});

test('garbled bars are counted, shown and left out, and trades go on', async () => {
  await using server = await startStandIn(['LTCUSDT'], USDM_DIALECT);
  const speech = new MemorySpeech();
  const warned: string[] = [];
  const warn = (words: string) => warned.push(words);
  const options = { name: 'binance-usdm', speech, clock: hastyClock(20), warn, speed: 1 };
  const monotonicMs = () => performance.now() * 20;
  const feed = usdmFeedOn(server, { hearsBars: true });
  await using run = await FeedRun.live({ ...options, monotonicMs }, feed, [
    instrument('binance.perp.LTCUSDT'),
  ]);
  const bars = () => server.open.find(({ streams }) => streams.has('ltcusdt@kline_1m'));
  await until('it hears bars', () => run.reasons().length === 0 && bars() !== undefined);
  server.tell('LTCUSDT', [plainTrade(1)]);
  const frames = malformedFrames('kline_1m', 'LTCUSDT');
  for (const [, frame] of frames) bars()!.send(frame);
  await until('all are counted', () => run.counters().malformed === frames.length);
  server.tell('LTCUSDT', [plainTrade(2)]);
  await until('the next trade is in', () => run.counters().accepted === 2);
  expect(run.counters()).toMatchObject({ barsCompared: 0, refused: 0 });
  expect(warned).toEqual([expect.stringContaining('frames could not be read')]);
});
