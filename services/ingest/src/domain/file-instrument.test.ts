import { InputError, instrumentId, instrumentParts, type Market } from '@algo/model';
import { expect, test } from '@jest/globals';
import { instrumentOfFile } from './file-instrument.ts';

const CATALOG = [
  'binance.spot.BTCUSDT',
  'binance.spot.LTCUSDT',
  'binance.spot.TCUSDT',
  'binance.perp.BTCUSDT',
  'coinbase.spot.BTC-USD',
].map((name) => {
  const id = instrumentId(name);
  const { market, symbol } = instrumentParts(id);
  return { id, symbol, market: market as Market };
});

test.each([
  ['LTCUSDT_20250621_22_trades.csv.gz', undefined, 'binance.spot.LTCUSDT'],
  ['spot_btcusdt_20240808.csv.gz', undefined, 'binance.spot.BTCUSDT'],
  ['usdm_btcusdt_20240808.csv.gz', undefined, 'binance.perp.BTCUSDT'],
  ['BTCUSDT-perp.parquet', undefined, 'binance.perp.BTCUSDT'],
  ['btc-usd.csv', undefined, 'coinbase.spot.BTC-USD'],
  ['btc_trades_full.csv.gz', 'BTC-USD', 'coinbase.spot.BTC-USD'],
])('%s with the symbol %s is of %s', (name, symbol, id) => {
  expect(instrumentOfFile(name, symbol, CATALOG)).toBe(id);
});

test.each([
  ['trades.csv', undefined],
  ['usdm_ltcusdt.csv', undefined],
  ['LTCUSDT.csv', 'DOGEUSD'],
])('%s with the symbol %s is of nobody, and the catalog is told', (name, symbol) => {
  expect(() => instrumentOfFile(name, symbol, CATALOG)).toThrow(InputError);
  expect(() => instrumentOfFile(name, symbol, CATALOG)).toThrow('coinbase.spot.BTC-USD');
});

test('a symbol that two venues have is ambiguous', () => {
  const twice = [
    ...CATALOG,
    { id: instrumentId('okx.spot.LTCUSDT'), symbol: 'LTCUSDT', market: 'spot' as const },
  ];
  expect(() => instrumentOfFile('LTCUSDT.csv', undefined, twice)).toThrow('okx.spot.LTCUSDT');
});
