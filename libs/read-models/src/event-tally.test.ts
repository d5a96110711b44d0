import type { Fact } from '@algo/contracts';
import { accountId, Decimal, instrumentId } from '@algo/model';
import { expect, test } from 'vitest';
import { EventTally } from './event-tally.ts';

const instrument = instrumentId('binance.spot.LTCUSDT');

test('missing ids are those of gaps, less what was filled', () => {
  const ids = { fromTradeId: 5, toTradeId: 14 };
  const gap = { instrument, kind: 'ids', fromUs: 0, toUs: 1, ids, timeUs: 1 } as const;
  const facts: Fact[] = [
    { name: 'GapOpened', body: { type: 'GapOpened', ...gap, missing: 10 } },
    { name: 'GapFilled', body: { type: 'GapFilled', ...gap, recovered: 6, absent: 1 } },
    { name: 'GapOpened', body: { type: 'GapOpened', ...gap, missing: 3 } },
    {
      name: 'GapUnfillable',
      body: { type: 'GapUnfillable', ...gap, missing: 3, code: 'TIMEOUT', reason: 'gone' },
    },
    {
      name: 'TradeRefused',
      body: { type: 'TradeRefused', instrument, tradeId: '9', code: 'DUPLICATE_ID', detail: '', timeUs: 2 },
    },
  ];
  const tally = new EventTally();
  for (const fact of facts) tally.take(fact);
  expect(tally.counts()).toMatchObject({ gaps: 2, missingIds: 6, tradesRefused: 1 });
});

test('the equity is the one that was marked last, and none before', () => {
  const tally = new EventTally();
  expect(tally.counts().equity).toBeNull();
  for (const equity of ['1000', '1001.50'])
    tally.take({
      name: 'EquityMarked',
      body: {
        ...{ type: 'EquityMarked', account: accountId('paper-main'), equity: Decimal.of(equity), timeUs: 1 },
        ...{ realized: Decimal.zero, unrealized: Decimal.zero, drawdown: Decimal.zero, unvalued: [] },
      },
    });
  expect(tally.counts().equity).toBe('1001.5');
});
