import { tellStates } from '@algo/contracts';
import { type CandleDoubted, Decimal, type Instrument, instrumentId } from '@algo/model';
import { expect, test } from 'vitest';
import { type ShardInput, ShardMachine, type ShardRows } from './index.ts';

const LTC: Instrument = {
  ...{ id: instrumentId('binance.spot.LTCUSDT'), venue: 'binance', market: 'spot', symbol: 'LTCUSDT' },
  ...{ base: 'LTC', quote: 'USDT', assetClass: 'regular' },
  ...{ priceTick: Decimal.of('0.01'), quantityStep: Decimal.of('0.001') },
  ...{ minQuantity: Decimal.of('0.001'), minNotional: Decimal.of('5'), minNotionalBindsExits: true },
};
const T0_US = 1_750_507_470_000_000; // a bar of 15 s begins
const S_US = 1_000_000;

function trades(fromS: number, count: number): ShardInput {
  const of = (value: (i: number) => number) => Float64Array.from({ length: count }, (_, i) => value(i));
  const rows = { instrument: LTC.id, count, side: new Uint8Array(count), timeUs: of((i) => at(fromS + i)) };
  const values = { price: of(() => 83.29), quantity: of(() => 0.5) };
  const ids = { kind: 'counted', values: of((i) => fromS + i + 1) } as const;
  const how = { receivedUs: 0, complete: true, origin: 'live', sides: 'told' } as const;
  return { name: 'TradeBatch', body: { trades: { ...rows, ...values, ids }, ...how } };
}

const at = (s: number) => T0_US + s * S_US;

function time(s: number): ShardInput {
  const about = {
    feed: 'file',
    toldUs: at(s),
    sureUs: at(s),
    behind: [],
    wallUs: at(s),
    speed: 1,
    warm: false,
  };
  return { name: 'TimeAdvanced', body: { type: 'TimeAdvanced', ...about } };
}

test('a late verdict on a bar says once which closed ones are doubted, and has it stored', () => {
  const machine = new ShardMachine(new Map([[LTC.id, LTC]]), undefined, tellStates);
  const said: [string, unknown][] = [];
  const requests: ShardRows[] = [];
  const speak = (name: string, body: unknown) => void said.push([name, body]);
  const say = Object.assign(speak, { input: 1, request: (rows: ShardRows) => void requests.push(rows) });
  for (const input of [trades(0, 180), time(180)]) machine.take(input, say);
  const range = { kind: 'bar', fromUs: at(90), toUs: at(150) - 1, ids: null, timeUs: at(150) - 1 } as const;
  const lost = { instrument: LTC.id, ...range, missing: 0, code: 'BAR_DIFFERS', reason: 'theirs' } as const;
  const before = said.length;
  machine.take({ name: 'GapUnfillable', body: { type: 'GapUnfillable', ...lost } }, say);
  const doubted = said.slice(before).map(([name, body]) => ({ name, ...(body as CandleDoubted) }));
  expect(
    doubted.map(({ name, timeframe, openTimeUs }) => [name, timeframe, (openTimeUs - T0_US) / S_US]),
  ).toEqual([
    ['CandleDoubted', '15s', 90],
    ['CandleDoubted', '15s', 105],
    ['CandleDoubted', '15s', 120],
    ['CandleDoubted', '15s', 135],
    ['CandleDoubted', '1m', 90],
  ]);
  expect(requests.at(-1)!.doubted).toEqual(doubted.map(({ name: _, ...body }) => body));
  const rows = requests.length;
  machine.take({ name: 'GapUnfillable', body: { type: 'GapUnfillable', ...lost } }, say);
  expect([said.length, requests.length]).toEqual([before + 5, rows]);
});

test('a recording that ends in the middle of a bar closes those before it and no other', () => {
  const machine = new ShardMachine(new Map([[LTC.id, LTC]]), undefined, tellStates);
  const say = Object.assign(() => undefined, { input: 1, request: () => undefined });
  for (const input of [trades(0, 38), time(38)]) machine.take(input, say);
  const before = machine.counters();
  const ended = { type: 'FeedEnded', instrument: LTC.id, trades: 38, timeUs: at(37) } as const;
  machine.take({ name: 'FeedEnded', body: ended }, say);
  expect(before.candles).toBeGreaterThan(0);
  expect(machine.counters()).toEqual(before);
});
