import { Decimal, type Instrument, instrumentId } from '@algo/model';
import { expect, test } from '@jest/globals';
import { type ShardInput, ShardMachine } from './index.ts';

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

test('a recording that ends in the middle of a bar closes those before it and no other', () => {
  const machine = new ShardMachine(new Map([[LTC.id, LTC]]));
  const say = Object.assign(() => undefined, { input: 1, request: () => undefined });
  for (const input of [trades(0, 38), time(38)]) machine.take(input, say);
  const before = machine.counters();
  const ended = { type: 'FeedEnded', instrument: LTC.id, trades: 38, timeUs: at(37) } as const;
  machine.take({ name: 'FeedEnded', body: ended }, say);
  expect(before.candles).toBeGreaterThan(0);
  expect(machine.counters()).toEqual(before);
});
