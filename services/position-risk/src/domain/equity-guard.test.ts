import { expect, test } from '@jest/globals';
import { EquityGuard } from './equity-guard.ts';
import { ACCOUNT, d, SETTINGS } from './testing/position-risk-scenario.ts';

test('fees in more assets than are kept apart are summed under other, and none is lost', () => {
  const guard = new EquityGuard(ACCOUNT, d('100'), SETTINGS.drawdown);
  for (let n = 0; n < 300; n++) guard.bookUnvalued(`A${n}`, 'USDT', d('1'));
  const { unvaluedFees } = guard.totals();
  expect(unvaluedFees.size).toBe(257);
  expect(unvaluedFees.get('other')?.amount).toEqual(d('44'));
});
