// All connections of 500 instruments drop at once, while another client of the same address goes on asking.

import { systemClock } from '@algo/bus';
import { BinanceStandIn, SPOT_DIALECT, type TapeTrade } from '@algo/testkit/venues';
import { spotFeedOn } from '@algo/venues/binance/testing';
import { expect, test, vi } from 'vitest';
import { FeedRun } from './feed-run.ts';
import { instrument } from './testing/instruments.ts';
import { MemorySpeech } from './testing/memory-speech.ts';

vi.setConfig({ testTimeout: 60_000 });

const INSTRUMENTS = Array.from({ length: 500 }, (_, i) => instrument(`binance.spot.COIN${i}USDT`));
const HELD = [INSTRUMENTS[7]!, INSTRUMENTS[250]!, INSTRUMENTS[499]!].map(({ id }) => id);
/** How many times as fast as the wall the venue's minute and our waits pass. */
const HASTE = 2;
/** What execution asks for in each of its seconds: nearly all that market data leaves of 6,000 a minute. */
const POLL_WEIGHT = 55;
const POLL_EVERY_MS = 1_000 / HASTE;
const MARKET_DATA_WEIGHT = 2_400;
/** Of some 90 pages that the budget allows. */
const FIRST = 20;

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within 30 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('nothing asks too much, held instruments are filled first, the rest is told as BUDGET', async () => {
  const startMs = performance.now();
  let stoodStillMs = 0;
  let standsAtMs: number | undefined;
  const runningMs = () => (performance.now() - startMs) * HASTE - stoodStillMs;
  const monotonicMs = () => standsAtMs ?? runningMs();
  const symbols = INSTRUMENTS.map(({ symbol }) => symbol);
  await using server = await BinanceStandIn.start({ dialect: SPOT_DIALECT, symbols, nowMs: monotonicMs });
  let refusedPolls = 0;
  using polling = new DisposableStack();
  const timer = setInterval(() => {
    if (server.use(POLL_WEIGHT)) refusedPolls++;
  }, POLL_EVERY_MS);
  polling.defer(() => clearInterval(timer));
  const trade = (id: number): TapeTrade => {
    const timeUs = Math.floor(Date.now() * 1_000);
    return { id, timeUs, price: '10', quantity: '1', isBuyerMaker: false };
  };
  const speech = new MemorySpeech();
  const options = { name: 'binance', speech, clock: systemClock, monotonicMs, speed: 1 };
  const isHeld = (id: (typeof HELD)[number]) => HELD.includes(id);
  const feed = spotFeedOn(server, { monotonicMs });
  await using run = await FeedRun.live({ ...options, isHeld }, feed, INSTRUMENTS);
  await until('all are connected', () => run.reasons().length === 0);
  for (const symbol of symbols) server.tell(symbol, [trade(1)]);
  await until('all have traded', () => run.counters().accepted === 500);

  for (const client of server.open) client.cut();
  // What is held misses most: it would be the last to be asked for by its size.
  for (const { id, symbol } of INSTRUMENTS)
    server.happen(
      symbol,
      Array.from({ length: isHeld(id) ? 50 : 2 }, (_, i) => trade(2 + i)),
    );
  await until('it is noticed', () => run.reasons().length === 1);
  await until('all are connected again', () => run.reasons().length === 0);
  const asked = server.asked.length;
  // However busy the machine is: all holes are known before the first of them is old enough to be asked for.
  standsAtMs = monotonicMs();
  for (const symbol of symbols) server.tell(symbol, [trade(100)]);
  await until('all holes are known', () => run.counters().waiting === 500);
  stoodStillMs += runningMs() - standsAtMs;
  standsAtMs = undefined;
  const { stored } = speech;
  const over = () => stored.bodies('GapFilled').length + stored.bodies('GapUnfillable').length;
  await until('no hole is open', () => over() >= 500);
  await until('trades go on', () => run.counters().waiting === 0);
  polling.dispose();

  const pages = server.asked.slice(asked).filter(({ searchParams }) => searchParams.has('fromId'));
  const first = pages.slice(0, FIRST).map(({ searchParams }) => `binance.spot.${searchParams.get('symbol')}`);
  expect(HELD.filter((id) => !first.includes(id))).toEqual([]);
  expect([server.refusedRequests, refusedPolls]).toEqual([0, 0]);
  const filled = new Set(stored.bodies('GapFilled').map((event) => event.instrument));
  const lost = stored.bodies('GapUnfillable');
  expect(HELD.filter((id) => !filled.has(id))).toEqual([]);
  expect(filled.size + lost.length).toBe(500);
  expect(new Set(lost.map(({ code }) => code))).toEqual(new Set(['BUDGET']));
  // It is the budget that ends it, not our leisure: nearly all of it was spent on holes.
  expect(pages.length * 25).toBeGreaterThan(0.85 * MARKET_DATA_WEIGHT);
});
