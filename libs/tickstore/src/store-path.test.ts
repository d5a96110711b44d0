import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { InputError, type InstrumentId, instrumentId } from '@algo/model';
import { expect, test } from 'vitest';
import { storedInstruments, storePath } from './store-path.ts';

test.each([
  ['binance.spot.LTCUSDT', 'binance/spot/LTCUSDT'],
  ['binance.perp.LTCUSDT', 'binance/perp/LTCUSDT'],
  ['ethereum.dex.WETH-USDC', 'dex/ethereum/WETH-USDC'],
  ['binance.spot.A/B', 'binance/spot/A=2FB'],
  ['binance.spot.龙USDT', 'binance/spot/=E9=BE=99USDT'],
])('%s lies in %s', (id, folder) => {
  expect(storePath('data', instrumentId(id))).toBe(join('data', folder, 'trading.duckdb'));
});

test.each(['dex.spot.X', '../x.spot.Y', 'binance.spot.A B'])(
  '%s has no place in the data directory',
  (id) => {
    expect(() => storePath('data', id as InstrumentId)).toThrow(InputError);
  },
);

test('what was stored is found again under its own name', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'algo-paths-'));
  try {
    const ids = ['binance.spot.BRK.B', 'binance.spot.龙USDT', 'ethereum.dex.A/B'].map(instrumentId);
    for (const path of ids.map((id) => storePath(dataDir, id))) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, '');
    }
    mkdirSync(join(dataDir, 'binance', 'spot', '=zz'));
    writeFileSync(join(dataDir, 'binance', 'spot', '=zz', 'trading.duckdb'), '');
    expect(storedInstruments(dataDir)).toEqual(ids);
  } finally {
    rmSync(dataDir, { recursive: true });
  }
});
