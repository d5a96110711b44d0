import { expect, test } from 'vitest';
import { hashId } from './hash-id.ts';
import { instrumentId } from './ids.ts';
import { InputError } from './input-error.ts';
import { instrumentParts } from './instrument.ts';
import { ownedShards, VIRTUAL_SHARDS, virtualShard } from './shard.ts';

test('an id is a function of its causes, and only of them', () => {
  expect(hashId('a', 1)).toBe(hashId('a', 1));
  expect(hashId('a', 'bc')).not.toBe(hashId('ab', 'c'));
  expect(hashId('x')).toMatch(/^[a-z2-7]{26}$/);
});

test('an instrument id names venue, market and symbol', () => {
  expect(instrumentId('binance.spot.LTCUSDT')).toBe('binance.spot.LTCUSDT');
  expect(() => instrumentId('LTCUSDT')).toThrow(
    'instrument = "LTCUSDT": not of the form venue.market.SYMBOL',
  );
  expect(instrumentParts(instrumentId('a.spot.BRK.B'))).toMatchObject({ market: 'spot', symbol: 'BRK.B' });
  for (const bad of ['a.spot.A B', 'a.spot.A,B', 'a.spot.', 'a.spot.\u{d800}', `a.spot.${'龙'.repeat(22)}`])
    expect(() => instrumentId(bad)).toThrow(InputError);
});

test('every virtual shard has exactly one owner, whatever the number of processes', () => {
  expect(virtualShard(instrumentId('binance.spot.LTCUSDT'))).toBe(
    virtualShard(instrumentId('binance.spot.LTCUSDT')),
  );
  for (const count of [1, 2, 3, 7]) {
    const all = Array.from({ length: count }, (_, i) => ownedShards(i, count)).flat();
    expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: VIRTUAL_SHARDS }, (_, i) => i));
  }
});
