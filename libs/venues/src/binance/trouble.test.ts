// What goes wrong around a connection is told in words, and costs only the streams that it is about.
import { malformedFrames } from '@algo/testkit/venues';
import { expect, test } from 'vitest';
import { FIRST_TRADE_MS } from './stream-rhythm.ts';
import { plainTrade, spotFeedOn, startStandIn, unboundedBudget } from './testing/feed-on-stand-in.ts';
import { Heard, until } from './testing/heard.ts';
import { instrument } from './testing/instruments.ts';

const LTC = instrument('binance.spot.LTCUSDT');
const BTC = instrument('binance.spot.BTCUSDT');

test('a name that the venue does not list is refused with the nearest one, and mutes no other', async () => {
  await using server = await startStandIn(['BTCUSDT', 'LTCUSDT', 'ETHUSDT']);
  await using feed = spotFeedOn(server);
  const heard = new Heard();
  feed.open([LTC, instrument('binance.spot.ETHUSTD')], heard);
  await until('the other is open', () => heard.open.size === 1);
  server.tell('LTCUSDT', [plainTrade(1)]);
  await until('it is heard', () => heard.told.length === 1);
  expect(heard.states).toContain('disconnected: binance lists no ETHUSTD; its nearest is ETHUSDT');
  expect(server.clients.map(({ path }) => path.includes('ustd'))).toEqual([false]);
});

test.each([
  [
    { status: 451, body: '{"code":0,"msg":"restricted location"}' },
    'HTTP 451, the venue refuses this location',
  ],
  [{ status: 502, body: '<html><body>proxy</body></html>' }, 'a page in HTML, as of a proxy or a firewall'],
])('a dial that is refused with %j is told once, in words', async (refusal, words) => {
  await using server = await startStandIn();
  server.refuses = refusal;
  await using feed = spotFeedOn(server);
  const heard = new Heard();
  feed.open([LTC], heard);
  await until('it is told', () => heard.states.length === 1);
  server.refuses = false;
  await until('it is connected', () => heard.open.size === 1);
  expect(heard.states).toEqual([expect.stringContaining(words), 'connected']);
});

test('a venue that lists nothing yet is asked again, and says why meanwhile', async () => {
  await using server = await startStandIn();
  server.readFault = () => ({ status: 451, body: '' });
  await using feed = spotFeedOn(server);
  const heard = new Heard();
  feed.open([LTC], heard);
  await until('it is told', () => heard.states.length === 1);
  expect(server.clients).toHaveLength(0);
  server.readFault = () => undefined;
  await until('it is connected', () => heard.open.size === 1);
  expect(heard.states[0]).toContain('the venue refuses this location');
});

test('a ban that a dial is answered with closes reads and dials until it is over', async () => {
  await using server = await startStandIn();
  let nowMs = 0;
  await using feed = spotFeedOn(server, { monotonicMs: () => nowMs });
  const heard = new Heard();
  feed.open([LTC], heard);
  await until('it is connected', () => heard.open.size === 1);
  server.refuses = { status: 418, body: '{"code":-1003,"msg":"Way too much request weight used"}' };
  server.clients[0]!.cut();
  await until('it is told', () => {
    nowMs++;
    return heard.states.some((state) => state.includes('banned this address'));
  });
  server.refuses = false;
  const asked = server.asked.length;
  nowMs += 30_000;
  await expect(feed.tradesFrom!(LTC, 1)).rejects.toMatchObject({ failure: 'budget' });
  expect([server.asked.length, server.clients.length]).toEqual([asked, 1]);
  nowMs += 30_000;
  await until('it is back', () => heard.open.size === 1);
});

test('a stream that was acknowledged and has no data is dialled again alone', async () => {
  await using server = await startStandIn(['BTCUSDT', 'LTCUSDT']);
  let nowMs = 0;
  const timings = { silenceMs: 1e9 };
  const settings = { monotonicMs: () => nowMs, budget: unboundedBudget(), watchEveryMs: 2, timings };
  await using feed = spotFeedOn(server, settings);
  const heard = new Heard();
  feed.open([BTC, LTC], heard);
  await until('both are open', () => heard.open.size === 2);
  server.silent.add('ltcusdt@trade');
  const first = server.clients[0]!;
  let id = 0;
  const bothTrade = () => {
    id++;
    for (const symbol of ['BTCUSDT', 'LTCUSDT']) server.tell(symbol, [plainTrade(id)]);
  };
  await until('the silent one is dialled again', () => {
    nowMs += 100;
    bothTrade();
    return server.clients.length === 2;
  });
  expect(nowMs).toBeGreaterThan(2 * FIRST_TRADE_MS);
  server.silent.clear();
  await until('both are open, and all is heard', () => heard.open.size === 2 && heard.told.length === id);
  expect([...first.streams]).toEqual(['btcusdt@trade']);
  expect(server.clients[1]!.streams.has('btcusdt@trade')).toBe(false);
  const before = heard.told.length;
  bothTrade();
  await until('both are heard, once', () => heard.told.length === before + 2);
  expect(heard.states.filter((state) => state.includes('is silent'))).toHaveLength(1);
});

test('whatever frame comes, the connection stays and the next trade is heard', async () => {
  await using server = await startStandIn();
  await using feed = spotFeedOn(server);
  const heard = new Heard();
  feed.open([LTC], heard);
  await until('it is connected', () => heard.open.size === 1);
  const frames = malformedFrames('trade', 'LTCUSDT');
  for (const [, frame] of frames) server.clients[0]!.send(frame);
  server.tell('LTCUSDT', [plainTrade(1)]);
  await until('the trade is heard', () => heard.ids.at(-1) === 1);
  expect(heard.nonsense + heard.told.length).toBe(frames.length + 1);
  expect(server.clients).toHaveLength(1);
});

test('a server that says it will close is left before it does', async () => {
  await using server = await startStandIn();
  await using feed = spotFeedOn(server);
  const heard = new Heard();
  feed.open([LTC], heard);
  await until('it is connected', () => heard.open.size === 1);
  server.clients[0]!.send('{"stream":"x","data":{"e":"serverShutdown","E":1}}');
  await until('another is open', () => server.clients.length === 2);
  await until('the old one is left', () => !server.clients[0]!.isOpen);
  server.tell('LTCUSDT', [plainTrade(1)]);
  await until('the trade is heard', () => heard.told.length === 1);
  expect(heard.states).toEqual(['connected']);
});

test('pings of the venue are answered and are signs of life', async () => {
  await using server = await startStandIn();
  let nowMs = 0;
  await using feed = spotFeedOn(server, { monotonicMs: () => nowMs });
  const heard = new Heard();
  feed.open([LTC], heard);
  await until('it is connected', () => heard.open.size === 1);
  nowMs += 14_000;
  server.ping();
  await until('it is answered', () => server.clients[0]!.pongs === 1);
  nowMs += 14_000;
  server.tell('LTCUSDT', [plainTrade(1)]);
  await until('the trade is heard', () => heard.told.length === 1);
  expect(server.clients[0]!.frames).toBe(0);
});
