import { Decimal, type Instrument, instrumentId } from '@algo/model';
import { expect, test } from 'vitest';
import { openTradeFiles } from './open-trade-files.ts';
import { T0_MS } from './testing/recorded.ts';
import { TempDir } from './testing/temp-dir.ts';

const LTC: Instrument = {
  ...{ id: instrumentId('binance.spot.LTCUSDT'), venue: 'binance', market: 'spot', symbol: 'LTCUSDT' },
  ...{ base: 'LTC', quote: 'USDT', assetClass: 'regular' },
  ...{ priceTick: Decimal.of('0.01'), quantityStep: Decimal.of('0.001') },
  ...{ minQuantity: Decimal.of('0.001'), minNotional: Decimal.of('5'), minNotionalBindsExits: true },
};

test('of a file with several symbols the one that is told is read, by its own ids', async () => {
  using dir = new TempDir();
  const rows = Array.from({ length: 40 }, (_, n) => {
    const [symbol, id] = n % 2 === 0 ? ['LTCUSDT', 10 + n / 2] : ['BTCUSDT', 9_000 - n];
    return `${T0_MS + n},${symbol},${id},83,1,buy`;
  });
  const path = dir.write('all.csv', `time,symbol,id,price,qty,side\n${rows.join('\n')}\n`);
  await using opened = await openTradeFiles([path], { told: [LTC], catalog: [LTC] });
  const [{ file }] = opened.files as [(typeof opened.files)[number]];
  const ids: number[] = [];
  for await (const part of file.read(3)) ids.push(...part.ids!);
  expect(ids).toEqual(Array.from({ length: 17 }, (_, n) => 13 + n));
  expect(opened.words).toEqual([`${path}: 20 rows are of other symbols: passed over`]);
});

test('a day without rows is left out with a word; where there is no other, it is refused', async () => {
  using dir = new TempDir();
  const header = 'time,id,price,qty,side\n';
  const empty = dir.write('LTCUSDT-1.csv', header);
  const full = dir.write('LTCUSDT-2.csv', `${header}${T0_MS},1,83,1,buy\n`);
  await using opened = await openTradeFiles([empty, full], { told: [], catalog: [LTC] });
  expect(opened.files.map(({ file }) => file.path)).toEqual([full]);
  expect(opened.words.join()).toContain('LTCUSDT-1.csv');
  await expect(openTradeFiles([empty], { told: [], catalog: [LTC] })).rejects.toThrow('no row');
});
