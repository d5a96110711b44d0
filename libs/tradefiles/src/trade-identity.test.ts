import {
  Decimal,
  InputError,
  type Instrument,
  instrumentId,
  instrumentParts,
  type Market,
} from '@algo/model';
import { expect, test } from 'vitest';
import { type FileEvidence, identityOf } from './trade-identity.ts';

function instrument(name: string): Instrument {
  const id = instrumentId(name);
  const { venue, market, symbol } = instrumentParts(id);
  const rules = { priceTick: Decimal.of('0.01'), quantityStep: Decimal.of('0.001') };
  const least = {
    minQuantity: Decimal.of('0.001'),
    minNotional: Decimal.of('5'),
    minNotionalBindsExits: true,
  };
  const about = { base: 'A', quote: 'B', assetClass: 'regular' } as const;
  return { id, venue, market: market as Market, symbol, ...about, ...rules, ...least };
}

const CATALOG = [
  ...['binance.spot.BTCUSDT', 'binance.spot.LTCUSDT', 'binance.perp.BTCUSDT', 'bybit.perp.LTCUSDT'],
  'coinbase.spot.BTC-USD',
].map(instrument);
const NOTHING = { symbols: [], exchanges: [], market: undefined, venue: undefined } as const;
const of = (path: string, about: Partial<FileEvidence> = {}, told?: string) =>
  identityOf({ ...NOTHING, path, ...about }, told === undefined ? undefined : instrument(told), CATALOG);

test.each<[path: string, about: Partial<FileEvidence>, id: string]>([
  ['spot_btcusdt_20240808.csv.gz', {}, 'binance.spot.BTCUSDT'],
  ['usdm_btcusdt_20240808.csv.gz', {}, 'binance.perp.BTCUSDT'],
  ['BTCUSDT-perp.parquet', {}, 'binance.perp.BTCUSDT'],
  ['BTCUSDT-trades-2025-06-21.csv', { market: 'spot', venue: 'binance' }, 'binance.spot.BTCUSDT'],
  ['BTCUSDT-trades-2025-06-21.csv', { market: 'perp', venue: 'binance' }, 'binance.perp.BTCUSDT'],
  ['futures/um/daily/trades/BTCUSDT-trades-2025-06-21.csv', {}, 'binance.perp.BTCUSDT'],
  ['data/spot/daily/BTCUSDT-trades-2025-06-21.zip', {}, 'binance.spot.BTCUSDT'],
  ['LTCUSDT2025-06-21.csv.gz', { symbols: ['LTCUSDT'], venue: 'bybit' }, 'bybit.perp.LTCUSDT'],
  ['binance_LTCUSDT_20250621_22_trades.csv.gz', {}, 'binance.spot.LTCUSDT'],
  ['LTCUSDT-spot.csv', {}, 'binance.spot.LTCUSDT'],
  ['btc-usd.csv', {}, 'coinbase.spot.BTC-USD'],
  ['coinbase_BTC-USD_2024.csv', {}, 'coinbase.spot.BTC-USD'],
  ['trades.csv', { symbols: ['BTC-USD'] }, 'coinbase.spot.BTC-USD'],
  ['a.csv', { symbols: ['LTCUSDT'], exchanges: ['bybit'] }, 'bybit.perp.LTCUSDT'],
])('%s with %j is of %s', (path, about, id) => {
  expect(of(path, about).instrument.id).toBe(id);
});

test.each<[path: string, about: Partial<FileEvidence>, told: string | undefined, both: readonly string[]]>([
  ['WBTCUSDT-trades-2025-06.csv', {}, undefined, ['WBTCUSDT', 'not in the catalog']],
  ['WBTCUSDT-trades-2025-06.csv', {}, 'binance.spot.BTCUSDT', ['WBTCUSDT', 'BTCUSDT by --instruments']],
  ['n-BTCUSDC-trades.csv', {}, undefined, ['BTCUSDC']],
  ['1000SHIBUSDT.csv', {}, undefined, ['1000SHIBUSDT']],
  ['BTCUSDT_250926-trades-2025-06-21.csv', {}, undefined, ['BTCUSDT_250926']],
  ['13e-BTCUSDT_250926-trades-2025-06-21.csv', {}, undefined, ['BTCUSDT_250926']],
  ['binance BTCUSDT_250926.csv', {}, undefined, ['BTCUSDT_250926']],
  ['BTCUSD_PERP-delivery.csv', {}, undefined, ['delivery']],
  ['futures/cm/daily/BTCUSD_PERP-trades.csv', {}, undefined, ['cm']],
  ['BTCUSDT.csv', { symbols: ['LTCUSDT'] }, undefined, ['LTCUSDT', 'BTCUSDT']],
  ['BTCUSDT.csv', { symbols: ['LTCUSDT'] }, 'binance.spot.BTCUSDT', ['LTCUSDT', 'BTCUSDT']],
  [
    'BTCUSDT.csv',
    { market: 'perp' },
    'binance.spot.BTCUSDT',
    ['spot by --instruments', 'perp by its layout'],
  ],
  ['spot/BTCUSDT-usdm.csv', {}, undefined, ['"usdm" in its name', 'its folder spot']],
  ['BTCUSDT.csv', {}, undefined, ['binance.spot.BTCUSDT', 'binance.perp.BTCUSDT']],
  ['usdm_ltcusd.csv', {}, undefined, ['perp', 'ltcusd']],
  ['trades.csv', {}, undefined, ['nothing says', 'coinbase.spot.BTC-USD']],
  ['trades.csv', { symbols: ['BTCUSDT', 'LTCUSDT'] }, undefined, ['BTCUSDT, LTCUSDT']],
])('%s with %j, told %s, is refused and says why', (path, about, told, both) => {
  expect(() => of(path, about, told)).toThrow(InputError);
  for (const one of both) expect(() => of(path, about, told)).toThrow(one);
});

test('what is told decides where nothing contradicts it', () => {
  expect(of('mine.csv', {}, 'binance.perp.BTCUSDT').instrument.id).toBe('binance.perp.BTCUSDT');
});

test('of several symbols the one that is told is read', () => {
  const { symbol, instrument: of_ } = of(
    'all.csv',
    { symbols: ['btc-usdt', 'LTCUSDT'] },
    'binance.spot.BTCUSDT',
  );
  expect([symbol, of_.id]).toEqual(['btc-usdt', 'binance.spot.BTCUSDT']);
});

test('trades of another venue are taken with a word', () => {
  expect(of('BTC-USD.csv', { venue: 'okx' }).words).toEqual([expect.stringContaining('okx')]);
});
