// Every frame that a venue's stand-in can garble: counted, shown to a person, never fatal, never stored.
import { malformedFrames, USDM_DIALECT } from '@algo/testkit/venues';
import { plainTrade, spotFeedOn, startStandIn, usdmFeedOn } from '@algo/venues/binance/testing';
import { expect, test } from '@jest/globals';
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
  expect(speech.stored.ids).toEqual([1, 2]);
  expect(warned).toEqual([expect.stringContaining('frames could not be read')]);
  expect(server.clients).toHaveLength(1);
});
