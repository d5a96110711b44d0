// A thousand instruments: how many connections there are, and how many are made.
import { expect, test } from 'vitest';
import { DIALS_MAX, OVERLAPS_MAX } from './dial-gate.ts';
import { ALONE_MAX, STREAMS_PER_CONNECTION } from './market-data.ts';
import { plainTrade, spotFeedOn, startStandIn, unboundedBudget } from './testing/feed-on-stand-in.ts';
import { Heard, until } from './testing/heard.ts';
import { instrument } from './testing/instruments.ts';

const SYMBOLS = Array.from({ length: 1_000 }, (_, i) => `COIN${i}USDT`);
const INSTRUMENTS = SYMBOLS.map((symbol) => instrument(`binance.spot.${symbol}`));
/** Of trades, and of bars. */
const CHUNKS = 2 * Math.ceil(SYMBOLS.length / STREAMS_PER_CONNECTION);

test('however long a venue turns dials away, they stay below its limit, and trades come first', async () => {
  const haste = 300;
  const nowMs = () => performance.now() * haste;
  const startedMs = nowMs();
  await using server = await startStandIn(SYMBOLS, undefined, nowMs);
  const timings = { retryFirstMs: 1_000, retryMaxMs: 60_000, silenceMs: 1e9 };
  await using feed = spotFeedOn(server, { monotonicMs: nowMs, timings, hearsBars: true });
  const heard = new Heard();
  feed.open(INSTRUMENTS, heard);
  await until('all are open', () => heard.open.size === SYMBOLS.length);
  // What holds for a while is dialled again soon: drop upon drop is the worst there is.
  await until('twelve minutes are over', () => {
    for (const client of server.open) client.cut();
    return nowMs() - startedMs > 12 * 60_000;
  });
  expect(server.dials.mostTried).toBeGreaterThan(60);
  expect(server.dials.mostTried).toBeLessThanOrEqual(DIALS_MAX);
  await until('all are open again', () => heard.open.size === SYMBOLS.length);
});

test('connections are replaced a few at a time, none with more streams than the venue lets be', async () => {
  await using server = await startStandIn(SYMBOLS);
  const timings = { rotateMs: 300, overlapMs: 40 };
  await using feed = spotFeedOn(server, { timings, hearsBars: true });
  const heard = new Heard();
  feed.open(INSTRUMENTS, heard);
  let most = 0;
  await until('each was replaced', () => {
    most = Math.max(most, server.open.length);
    return server.clients.length >= 2 * CHUNKS;
  });
  // One that was left takes a moment to close.
  expect(most).toBeLessThanOrEqual(CHUNKS + 2 * OVERLAPS_MAX);
  expect(heard.states.every((state) => state === 'connected')).toBe(true);
  expect(Math.max(...server.clients.map(({ streams }) => streams.size))).toBe(STREAMS_PER_CONNECTION);
});

test('streams that are silent beside others share some connections, and the others are heard', async () => {
  const silent = SYMBOLS.slice(0, 2 * ALONE_MAX);
  const symbols = [...silent, 'LTCUSDT'];
  let nowMs = 0;
  await using server = await startStandIn(symbols, undefined, () => nowMs);
  const settings = { monotonicMs: () => nowMs, budget: unboundedBudget(), watchEveryMs: 2 };
  await using feed = spotFeedOn(server, { ...settings, timings: { silenceMs: 1e9 } });
  const heard = new Heard();
  feed.open(
    symbols.map((symbol) => instrument(`binance.spot.${symbol}`)),
    heard,
  );
  await until('all are open', () => heard.open.size === symbols.length);
  for (const symbol of silent) server.silent.add(`${symbol.toLowerCase()}@trade`);
  let id = 0;
  const areMute = () => heard.states.filter((state) => state.includes('is silent')).length;
  await until('each was dialled again', () => {
    nowMs += 100;
    id++;
    for (const symbol of symbols) server.tell(symbol, [plainTrade(id)]);
    return areMute() >= silent.length;
  });
  server.silent.clear();
  await until('all are open again', () => heard.open.size === symbols.length);
  expect(server.open.length).toBeLessThanOrEqual(1 + ALONE_MAX);
  // The one that they had in common was never touched.
  expect(server.clients[0]!.isOpen).toBe(true);
  const before = heard.told.length;
  for (const symbol of symbols) server.tell(symbol, [plainTrade(id + 1)]);
  await until('each is heard', () => heard.told.length === before + symbols.length);
});
