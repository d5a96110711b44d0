import { join } from 'node:path';
import { InputError, type InstrumentId, instrumentId } from '@algo/model';
import { expect, test } from '@jest/globals';
import { storePath } from './store-path.ts';

test.each([
  ['binance.spot.LTCUSDT', 'binance/spot/LTCUSDT'],
  ['binance.perp.LTCUSDT', 'binance/perp/LTCUSDT'],
  ['ethereum.dex.WETH-USDC', 'dex/ethereum/WETH-USDC'],
])('%s lies in %s', (id, folder) => {
  expect(storePath('data', instrumentId(id))).toBe(join('data', folder, 'trading.duckdb'));
});

test.each(['dex.spot.X', '../x.spot.Y', 'binance.spot.A/B'])(
  '%s has no place in the data directory',
  (id) => {
    expect(() => storePath('data', id as InstrumentId)).toThrow(InputError);
  },
);
