// What is different on Binance's USD-M futures.
import { USDM_DIALECT } from '@algo/testkit/venues';
import { expect, test } from 'vitest';
import { plainTrade, startStandIn, TRADES_FROM_US, usdmFeedOn } from './testing/feed-on-stand-in.ts';
import { Heard, until } from './testing/heard.ts';
import { instrument } from './testing/instruments.ts';

const LTC = instrument('binance.perp.LTCUSDT');

/** Trades of one price and side, all within 100 ms. */
const sweep = (fromId: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ ...plainTrade(fromId + i), isBuyerMaker: true }));

test('merged trades say how many they are, by socket and by read, with times of one unit', async () => {
  await using server = await startStandIn(['LTCUSDT'], USDM_DIALECT);
  await using feed = usdmFeedOn(server);
  const heard = new Heard();
  feed.open([LTC], heard);
  await until('it is connected', () => heard.open.size === 1);
  expect(server.clients[0]?.path).toBe('/market/stream?streams=ltcusdt@aggTrade');
  server.tell('LTCUSDT', sweep(1, 7));
  server.tell('LTCUSDT', sweep(8, 1));
  await until('both are in', () => heard.told.length === 2);
  const [first, second] = heard.told;
  expect(first).toMatchObject({ ids: { kind: 'counted', values: Float64Array.of(1) } });
  expect([first?.merged, second?.merged]).toEqual([Uint32Array.of(7), undefined]);
  expect(first?.quantity[0]).toBeCloseTo(0.7, 12);
  expect(first?.timeUs[0]).toBe(TRADES_FROM_US + 1_000);
  const page = await feed.tradesFrom!(LTC, 1);
  expect([...page.ids.values]).toEqual([1, 2]);
  expect([...(page.merged ?? [])]).toEqual([7, 1]);
  expect(page.timeUs[0]).toBe(first?.timeUs[0]);
  expect(await feed.newestId!(LTC)).toBe(2);
  expect(feed.traits).toMatchObject({ completeness: 'complete-by-id', rowsSpanIds: false });
});

test('trades beside the book leave no hole', async () => {
  await using server = await startStandIn(['LTCUSDT'], USDM_DIALECT);
  await using feed = usdmFeedOn(server);
  const heard = new Heard();
  feed.open([LTC], heard);
  await until('it is connected', () => heard.open.size === 1);
  server.tell('LTCUSDT', [plainTrade(1)]);
  server.tell('LTCUSDT', [{ ...plainTrade(2), kind: 'INSURANCE_FUND', price: '1' }]);
  server.tell('LTCUSDT', [plainTrade(3)]);
  await until('both are in', () => heard.told.length === 2);
  expect(heard.ids).toEqual([1, 2]);
});

test('old paths take the name of a stream and never have data: ours is the one that has', async () => {
  await using server = await startStandIn(['LTCUSDT'], USDM_DIALECT);
  const { WebSocket } = await import('ws');
  const old = new WebSocket(`${server.url}/stream?streams=ltcusdt@aggTrade`);
  const frames: string[] = [];
  old.on('message', (data) => frames.push(String(data)));
  await until('the old path is open', () => server.open.length === 1);
  await using feed = usdmFeedOn(server);
  const heard = new Heard();
  feed.open([LTC], heard);
  await until('ours is open', () => heard.open.size === 1);
  server.tell('LTCUSDT', [plainTrade(1)]);
  await until('it is in', () => heard.told.length === 1);
  expect(frames).toEqual([]);
  old.terminate();
});
