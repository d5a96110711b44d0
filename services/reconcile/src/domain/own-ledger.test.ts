import { accountId, Decimal, instrumentId } from '@algo/model';
import { expect, test } from 'vitest';
import { OwnLedger } from './own-ledger.ts';

const LTC = instrumentId('binance.spot.LTCUSDT');
const none = Decimal.zero;

test.each([
  ['up to when it is said to be', 31, 31],
  ['up to the correction itself where nobody knows', null, 40],
])('what others did is settled %s', (_, settledUs, expected) => {
  const ledger = new OwnLedger(new Map());
  ledger.take({
    name: 'CorrectionMade',
    body: {
      ...{ type: 'CorrectionMade', account: accountId('paper-main'), instrument: LTC, before: none },
      ...{ own: Decimal.of('10'), beside: Decimal.of('3'), price: none, reason: 'acknowledged' },
      ...{ evidence: [], by: 'Ada', commandId: null, timeUs: 40, settledUs },
    },
  });
  expect(ledger.before().positions).toMatchObject([{ instrument: LTC, settledUs: expected }]);
});
