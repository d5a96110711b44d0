import { expect, test } from 'vitest';
import { listedInstruments } from './listed-instruments.ts';

const FILTERS = [
  { filterType: 'PRICE_FILTER', tickSize: '0.00000100' },
  { filterType: 'LOT_SIZE', stepSize: '1.00000000', minQty: '1.00000000' },
];
const NOTIONAL = { filterType: 'NOTIONAL', minNotional: '1.00000000' };
const ROW = {
  ...{ symbol: '1000SATSUSDT', status: 'TRADING', baseAsset: '1000SATS', quoteAsset: 'USDT' },
  filters: [...FILTERS, NOTIONAL],
};
const CONTRACT = {
  ...ROW,
  contractType: 'PERPETUAL',
  filters: [...FILTERS, { filterType: 'MIN_NOTIONAL', notional: '5' }],
};

test('a symbol has the rules of its filters, as exact decimals', () => {
  const found = listedInstruments([ROW], 'spot').get('1000SATSUSDT');
  expect(found).toMatchObject({ id: 'binance.spot.1000SATSUSDT', base: '1000SATS', listing: 'trading' });
  const { priceTick, quantityStep, minQuantity, minNotional, minNotionalBindsExits } = found!;
  expect([priceTick, quantityStep, minQuantity, minNotional].map(String)).toEqual([
    '0.000001',
    '1',
    '1',
    '1',
  ]);
  expect(minNotionalBindsExits).toBe(true);
});

test('a contract lets an order that only reduces off its least notional', () => {
  const found = listedInstruments([CONTRACT], 'perp').get('1000SATSUSDT');
  expect([`${found?.minNotional}`, found?.minNotionalBindsExits]).toEqual(['5', false]);
});

test.each(['HALT', 'BREAK', 'END_OF_DAY', 'SETTLING', undefined])('%s is not traded now', (status) => {
  expect(listedInstruments([{ ...ROW, status }], 'spot').get('1000SATSUSDT')?.listing).toBe('suspended');
});

test('a symbol of any script is listed', () => {
  expect([...listedInstruments([{ ...ROW, symbol: '币安人生USDT' }], 'spot').keys()]).toEqual([
    '币安人生USDT',
  ]);
});

test.each([
  ['null', null],
  ['a text', 'BTCUSDT'],
  ['without filters', { ...ROW, filters: undefined }],
  ['with filters that are no list', { ...ROW, filters: {} }],
  ['without a tick', { ...ROW, filters: [FILTERS[1]] }],
  ['with a tick of 0', { ...ROW, filters: [{ filterType: 'PRICE_FILTER', tickSize: '0' }, FILTERS[1]] }],
  [
    'with a tick that is a number',
    { ...ROW, filters: [{ filterType: 'PRICE_FILTER', tickSize: 1 }, FILTERS[1]] },
  ],
  ['with a name that is none', { ...ROW, symbol: 'A B' }],
  ['without a base', { ...ROW, baseAsset: 7 }],
])('a row that is %s is left out, the others stay', (_, row) => {
  expect([...listedInstruments([row, { ...ROW, symbol: 'LTCUSDT' }], 'spot').keys()]).toEqual(['LTCUSDT']);
});

test('contracts that expire are another market', () => {
  expect(listedInstruments([{ ...CONTRACT, contractType: 'CURRENT_QUARTER' }, ROW], 'perp').size).toBe(0);
});
