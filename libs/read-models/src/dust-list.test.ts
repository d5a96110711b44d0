import type { Fact } from '@algo/contracts';
import { accountId, Decimal, type DustChanged, instrumentId, strategyName } from '@algo/model';
import { expect, test } from 'vitest';
import { DustList } from './dust-list.ts';

const d = (text: string) => Decimal.of(text);
const LTC = instrumentId('binance.spot.LTCUSDT');
const BTC = instrumentId('binance.spot.BTCUSDT');

function changed(instrument: typeof LTC, quantity: string, cause: DustChanged['cause'] = 'left'): Fact {
  const body: DustChanged = {
    ...{ type: 'DustChanged', account: accountId('paper-main'), instrument, cause, timeUs: 5 },
    ...{ strategy: strategyName('s1'), quantity: d(quantity), price: d('80') },
    ...{ realized: d('0'), fees: d('0') },
  };
  return { name: 'DustChanged', body };
}

test('what is left over is listed as it is now, each instrument once', () => {
  const list = new DustList();
  for (const fact of [changed(LTC, '0.05'), changed(BTC, '0.0001'), changed(LTC, '0.02', 'netted')])
    list.take(fact);
  expect(list.all().map(({ instrument, quantity }) => `${quantity} ${instrument}`)).toEqual([
    `0.02 ${LTC}`,
    `0.0001 ${BTC}`,
  ]);
});

test.each(['joined', 'for_sale', 'corrected'] as const)('what is %s is left over no longer', (cause) => {
  const list = new DustList();
  list.take(changed(LTC, '0.05'));
  list.take(changed(LTC, '0', cause));
  expect([list.all(), list.get(LTC)]).toEqual([[], undefined]);
});
