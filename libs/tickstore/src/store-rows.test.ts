import { InputError, instrumentId } from '@algo/model';
import { expect, test } from 'vitest';
import { checkRows, type StoreRows } from './store-rows.ts';
import { candle, LTC, trades } from './testing/sample-rows.ts';

const nan = trades(LTC, 1, 3);
nan.price[1] = Number.NaN;
const sideways = trades(LTC, 1, 3);
sideways.side[2] = 2;
test.each<[string, StoreRows, RegExp]>([
  ['a price that is no number', { instrument: LTC, position: 1, trades: nan }, /price\[1\]/],
  ['a side that is neither', { instrument: LTC, position: 1, trades: sideways }, /side\[2\]/],
  [
    'more rows than the columns hold',
    { instrument: LTC, position: 1, trades: { ...nan, count: 4 } },
    /count/,
  ],
  ['position 0', { instrument: LTC, position: 0 }, /position/],
  ['a position and a half', { instrument: LTC, position: 1.5 }, /position/],
  [
    "another instrument's bar",
    { instrument: LTC, position: 1, candles: [candle(instrumentId('binance.spot.BTCUSDT'), {})] },
    /BTCUSDT/,
  ],
  [
    'named ids in a file of counted ones',
    { instrument: LTC, position: 1, trades: { ...trades(LTC, 1, 1), ids: { kind: 'named', values: ['a'] } } },
    /ids\.kind/,
  ],
])('refuses %s', (_, rows, message) => {
  expect(() => checkRows(rows, 'counted')).toThrow(InputError);
  expect(() => checkRows(rows, 'counted')).toThrow(message);
});

test('takes rows of each kind', () => {
  checkRows(
    { instrument: LTC, position: 1, trades: trades(LTC, 1, 3), candles: [candle(LTC, {})] },
    'counted',
  );
});
