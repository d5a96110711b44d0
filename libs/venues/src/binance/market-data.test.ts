// Binance's streams and reads against a server that breaks, falls silent, repeats itself and talks nonsense.
import { BUY, InputError, SELL, SIDE_UNREADABLE } from '@algo/model';
import { BinanceStandIn, SPOT_DIALECT, type StandInClient, tradeFrame } from '@algo/testkit/venues';
import { expect, test } from 'vitest';
import { BinanceError } from './errors.ts';
import { plainTrade, spotFeedOn, startStandIn, TRADES_FROM_US } from './testing/feed-on-stand-in.ts';
import { Heard, until } from './testing/heard.ts';
import { instrument } from './testing/instruments.ts';

const LTC = instrument('binance.spot.LTCUSDT');

function streamTrade(id: number, more: Readonly<Record<string, unknown>> = {}): string {
  return tradeFrame(plainTrade(id), { symbol: 'LTCUSDT', perMs: 1_000, more });
}

/** Returns the same trade as REST tells it. */
function restTrade(id: number, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const { timeUs: time, price, quantity: qty, isBuyerMaker } = plainTrade(id);
  return { id, price, qty, time, isBuyerMaker, isBestMatch: true, ...more };
}

const plainTrades = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => plainTrade(from + i));

/** Reads of trades; the list of symbols isn't one. */
const reads = (server: BinanceStandIn) => server.asked.filter(({ pathname }) => pathname.endsWith('Trades'));

async function connected(server: BinanceStandIn, heard: Heard, number: number): Promise<StandInClient> {
  await until(`client ${number} is there`, () => server.clients.length >= number && heard.open.size === 1);
  return server.clients[number - 1]!;
}

test('trades are told as they come, with the taker as their side', async () => {
  await using server = await startStandIn();
  await using feed = spotFeedOn(server);
  const heard = new Heard();
  feed.open([LTC], heard);
  const client = await connected(server, heard, 1);
  expect(client.path).toContain('/stream?streams=ltcusdt@trade');
  for (let id = 1; id <= 500; id++) client.send(streamTrade(id));
  await until('all trades are in', () => heard.told.length === 500);
  expect(heard.ids).toEqual(Array.from({ length: 500 }, (_, i) => i + 1));
  for (const { side, ids, timeUs } of heard.told) {
    const id = Number(ids.values[0]);
    expect(side[0]).toBe(id % 2 === 0 ? SELL : BUY);
    expect(timeUs[0]).toBe(TRADES_FROM_US + id * 1_000);
  }
});

test('what cannot be read of a trade is marked, and frames without an instrument are counted', async () => {
  await using server = await startStandIn();
  await using feed = spotFeedOn(server);
  const heard = new Heard();
  feed.open([LTC], heard);
  const client = await connected(server, heard, 1);
  for (const frame of [
    '{',
    'null',
    '[]',
    '{"stream":"x","data":{"e":"kline"}}',
    streamTrade(7, { s: 'DOGEUSDT' }),
  ])
    client.send(frame);
  client.send(streamTrade(1, { p: '-1', q: '1e3', m: 'yes', T: 'now', t: 1.5 }));
  client.send(streamTrade(2, { T: TRADES_FROM_US / 1_000 }));
  await until('the trades are in', () => heard.told.length === 2);
  expect(heard.nonsense).toBe(5);
  expect(heard.told[0]).toMatchObject({
    price: Float64Array.of(Number.NaN),
    quantity: Float64Array.of(Number.NaN),
    side: Uint8Array.of(SIDE_UNREADABLE),
    timeUs: Float64Array.of(Number.NaN),
    ids: { kind: 'counted', values: Float64Array.of(Number.NaN) },
  });
  expect(heard.told[1]?.timeUs[0]).toBe(TRADES_FROM_US);
});

test('a broken connection is told and dialled again', async () => {
  await using server = await startStandIn();
  await using feed = spotFeedOn(server);
  const heard = new Heard();
  feed.open([LTC], heard);
  const first = await connected(server, heard, 1);
  server.refuses = true;
  first.cut();
  await until('it notices', () => heard.open.size === 0);
  server.refuses = false;
  const second = await connected(server, heard, 2);
  second.send(streamTrade(5));
  await until('trades go on', () => heard.told.length === 1);
  expect(heard.states[1]).toContain('disconnected: the connection');
  expect(heard.states.at(-1)).toBe('connected');
});

test('a connection that has died without a word is asked, and then replaced', async () => {
  await using server = await startStandIn();
  server.answers = false;
  let nowMs = 0;
  await using feed = spotFeedOn(server, { monotonicMs: () => nowMs });
  const heard = new Heard();
  feed.open([LTC], heard);
  const client = await connected(server, heard, 1);
  nowMs += 16_000;
  await until('it is asked', () => client.frames === 1);
  nowMs += 16_000;
  await until('it is given up', () => heard.open.size === 0);
  nowMs += 1_000;
  await connected(server, heard, 2);
});

test('a connection of a quiet market stays, for it answers when it is asked', async () => {
  await using server = await startStandIn();
  let nowMs = 0;
  await using feed = spotFeedOn(server, { monotonicMs: () => nowMs });
  const heard = new Heard();
  feed.open([LTC], heard);
  const client = await connected(server, heard, 1);
  for (let asked = 1; asked <= 5; asked++) {
    nowMs += 16_000;
    await until('it is asked again', () => client.frames === asked);
    // Its answer is heard before the clock goes on: the trade comes after it.
    client.send(streamTrade(asked));
    await until('the trade is in', () => heard.told.length === asked);
  }
  expect(server.clients).toHaveLength(1);
});

test('an old connection is replaced without a gap, a repeat or a word', async () => {
  await using server = await startStandIn();
  await using feed = spotFeedOn(server, { timings: { rotateMs: 40 } });
  const heard = new Heard();
  feed.open([LTC], heard);
  await connected(server, heard, 1);
  let id = 0;
  // Old and new connections hear every trade, as the venue's do.
  while (server.clients.length < 5) {
    server.tell('LTCUSDT', [plainTrade(++id)]);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await until('the last trade is in', () => heard.ids.at(-1) === id);
  expect(heard.ids).toEqual(Array.from({ length: id }, (_, i) => i + 1));
  expect(heard.states).toEqual(['connected']);
});

test('each two hundred streams have a connection, and one that fails leaves the other alone', async () => {
  const many = Array.from({ length: 201 }, (_, i) => instrument(`binance.spot.COIN${i}`));
  await using server = await startStandIn(many.map(({ symbol }) => symbol));
  await using feed = spotFeedOn(server);
  const heard = new Heard();
  feed.open(many, heard);
  await until('both are open', () => heard.open.size === 201);
  const streams = server.clients.map((client) => client.streams.size);
  expect(streams.sort((a, b) => a - b)).toEqual([1, 200]);
  const other = server.clients.find((client) => client.streams.has('coin200@trade'))!;
  server.clients.find((client) => client !== other)!.cut();
  await until('the broken one is back', () => server.clients.length === 3 && heard.open.size === 201);
  expect(other.isOpen).toBe(true);
});

test.each([[[]], [[instrument('binance.perp.BTCUSDT')]], [[instrument('coinbase.spot.BTC-USD')]]])(
  'instruments that Binance spot does not have are refused in the words of who asked for them',
  async (instruments) => {
    await using server = await startStandIn();
    await using feed = spotFeedOn(server);
    expect(() => feed.open(instruments, new Heard())).toThrow(InputError);
    expect(() => feed.open(instruments, new Heard())).toThrow('--instruments');
  },
);

test('missed trades are read from an id on, a thousand at a time, in the unit of the stream', async () => {
  await using server = await startStandIn();
  await using feed = spotFeedOn(server);
  server.happen('LTCUSDT', plainTrades(1, 1_500));
  server.lost.add(7);
  const page = await feed.tradesFrom!(LTC, 5);
  expect(page.count).toBe(1_000);
  expect([...(page.ids.values as Float64Array)].slice(0, 4)).toEqual([5, 6, 8, 9]);
  expect(page.timeUs[0]).toBe(TRADES_FROM_US + 5_000);
  expect([...page.side.slice(0, 2)]).toEqual([BUY, SELL]);
  expect(server.asked[0]?.search).toBe('?symbol=LTCUSDT&fromId=5&limit=1000');
  expect(server.askedUnits).toEqual(['MICROSECOND']);
  expect((await feed.tradesFrom!(LTC, 1_400)).count).toBe(101);
  expect((await feed.tradesFrom!(LTC, 1_501)).count).toBe(0);
});

test.each([
  ['busy', 429, '{"code":-1003,"msg":"Too much request weight used"}', 'Too much request weight'],
  ['busy', 503, '', 'HTTP 503'],
  ['refused', 400, '{"code":-1121,"msg":"Invalid symbol."}', 'Invalid symbol'],
  ['unreadable', 200, 'so sorry', 'so sorry'],
  ['unreadable', 200, '{"trades":[]}', 'no list'],
  ['unreadable', 200, JSON.stringify([restTrade(5, { price: 83.5 })]), '83.5'],
  ['unreadable', 200, JSON.stringify([restTrade(5, { qty: '0' })]), 'a trade of LTCUSDT'],
  ['unreadable', 200, JSON.stringify([restTrade(5, { isBuyerMaker: 1 })]), 'a trade of LTCUSDT'],
  ['unreadable', 200, JSON.stringify([restTrade(5, { time: '2025' })]), 'a trade of LTCUSDT'],
  ['unreadable', 200, JSON.stringify([restTrade(4)]), 'behind 4'],
  ['unreadable', 200, JSON.stringify([restTrade(6), restTrade(5)]), 'behind 6'],
])('a read that is %s with HTTP %i rejects and says why: %s', async (failure, status, body, because) => {
  await using server = await startStandIn();
  await using feed = spotFeedOn(server);
  server.readFault = () => ({ status, body });
  const read = feed.tradesFrom!(LTC, 5);
  await expect(read).rejects.toThrow(BinanceError);
  await expect(read).rejects.toThrow(because);
  await expect(read).rejects.toMatchObject({ failure });
});

test('a server that is not there is unreachable', async () => {
  const server = await startStandIn();
  await using feed = spotFeedOn(server);
  await server[Symbol.asyncDispose]();
  await expect(feed.tradesFrom!(LTC, 5)).rejects.toMatchObject({ failure: 'unreachable' });
});

test('a venue that was asked too much is left alone as long as it says', async () => {
  await using server = await startStandIn();
  let nowMs = 0;
  await using feed = spotFeedOn(server, { monotonicMs: () => nowMs });
  server.happen('LTCUSDT', plainTrades(1, 10));
  server.readFault = () => ({ status: 429, retryAfterS: 7 });
  await expect(feed.tradesFrom!(LTC, 5)).rejects.toMatchObject({ failure: 'busy', retryAfterMs: 7_000 });
  server.readFault = () => undefined;
  nowMs += 3_000;
  await expect(feed.tradesFrom!(LTC, 5)).rejects.toMatchObject({ failure: 'budget', retryAfterMs: 4_000 });
  await expect(feed.newestId!(LTC)).rejects.toMatchObject({ failure: 'budget' });
  expect(reads(server)).toHaveLength(1);
  nowMs += 4_000;
  expect((await feed.tradesFrom!(LTC, 5)).count).toBe(6);
});

test('what the venue says that the address has used leaves less for us', async () => {
  await using server = await startStandIn();
  await using feed = spotFeedOn(server, { monotonicMs: () => 0 });
  server.happen('LTCUSDT', plainTrades(1, 10));
  server.use(5_990 - 25);
  expect((await feed.tradesFrom!(LTC, 5)).count).toBe(6);
  await expect(feed.tradesFrom!(LTC, 5)).rejects.toMatchObject({ failure: 'budget', retryAfterMs: 60_000 });
});

test('the newest id is the last of the history', async () => {
  await using server = await startStandIn();
  await using feed = spotFeedOn(server);
  const trade = { timeUs: TRADES_FROM_US, price: '1', quantity: '1', isBuyerMaker: true };
  server.happen(
    'LTCUSDT',
    [3, 8, 12].map((id) => ({ id, ...trade })),
  );
  expect(await feed.newestId!(LTC)).toBe(12);
  server.historyEnd = () => 12;
  expect(await feed.newestId!(LTC)).toBe(8);
  expect([...(await feed.tradesFrom!(LTC, 4)).ids.values]).toEqual([8]);
});

test('what the venue says that an address may use is what market data takes forty percent of', async () => {
  const options = { dialect: SPOT_DIALECT, symbols: ['LTCUSDT'], weightMax: 200 };
  await using server = await BinanceStandIn.start(options);
  server.happen('LTCUSDT', [plainTrade(1)]);
  await using feed = spotFeedOn(server);
  const heard = new Heard();
  feed.open([LTC], heard);
  await until('it is connected', () => heard.open.size === 1);
  // 20 went for the list.
  expect(await feed.newestId!(LTC)).toBe(1);
  expect(await feed.newestId!(LTC)).toBe(1);
  await expect(feed.newestId!(LTC)).rejects.toMatchObject({ failure: 'budget' });
  expect([server.usedWeight, server.refusedRequests]).toEqual([70, 0]);
});
