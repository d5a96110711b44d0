import type { Fact } from '@algo/contracts';
import { accountId, type CorrectionMade, Decimal, instrumentId } from '@algo/model';
import { expect, test } from 'vitest';
import { BesideList } from './beside-list.ts';

const d = (text: string) => Decimal.of(text);
const LTC = instrumentId('binance.spot.LTCUSDT');

function corrected(beside: string, by: string | null): Fact {
  const body: CorrectionMade = {
    ...{ type: 'CorrectionMade', account: accountId('paper-main'), instrument: LTC, price: d('80') },
    ...{ before: d('1'), own: d('1'), beside: d(beside), reason: 'acknowledged', evidence: [] },
    ...{ by, commandId: null, timeUs: 5, settledUs: null },
  };
  return { name: 'CorrectionMade', body };
}

test('what lies beside a position is what the last correction of its instrument said', () => {
  const list = new BesideList();
  list.take(corrected('3', 'Ada'));
  expect(list.get(LTC)).toEqual({ instrument: LTC, beside: d('3'), by: 'Ada', timeUs: 5 });
  list.take(corrected('2', null));
  expect(list.all()).toEqual([{ instrument: LTC, beside: d('2'), by: null, timeUs: 5 }]);
});

test('where nothing lies beside any more, nothing is listed', () => {
  const list = new BesideList();
  list.take(corrected('3', 'Ada'));
  list.take(corrected('0', 'Ada'));
  expect([list.all(), list.get(LTC)]).toEqual([[], undefined]);
});
