import { expect, test } from 'vitest';
import { EquityGuard } from './equity-guard.ts';
import { ACCOUNT, d, ETH, Scenario, SETTINGS } from './testing/position-risk-scenario.ts';

test('fees in more assets than are kept apart are summed under other, and none is lost', () => {
  const guard = new EquityGuard(ACCOUNT, d('100'), SETTINGS.drawdown);
  for (let n = 0; n < 300; n++) guard.bookUnvalued(`A${n}`, 'USDT', d('1'));
  const { unvaluedFees } = guard.totals();
  expect(unvaluedFees.size).toBe(257);
  expect(unvaluedFees.get('other')?.amount).toEqual(d('44'));
});

test('a fee in a third asset is valued at its last price', () => {
  const story = new Scenario();
  story.prices(ETH, [0, 2_000]);
  story.fill('a', 'buy', '1', '50000', { fee: '0.01', feeAsset: 'ETH' });
  expect(story.engine.account.equity.totals().fees.toString()).toBe('20');
});

test('a fee in an asset that has not traded yet is shown, not zero, and valued once it has', () => {
  const story = new Scenario();
  const marks = () => story.log.filter((event) => event.type === 'EquityMarked');
  story.fill('a', 'buy', '1', '50000', { fee: '0.01', feeAsset: 'ETH' });
  story.fill('b', 'buy', '1', '50000', { fee: '0.02', feeAsset: 'BNB' });
  expect(marks().at(-1)?.unvalued).toEqual([
    { asset: 'ETH', amount: d('0.01') },
    { asset: 'BNB', amount: d('0.02') },
  ]);
  expect(story.engine.account.equity.totals().fees.toString()).toBe('0');
  story.prices(ETH, [1, 2_000]);
  story.time(60);
  expect(marks().at(-1)?.unvalued).toEqual([{ asset: 'BNB', amount: d('0.02') }]);
  expect(story.engine.account.equity.totals().fees.toString()).toBe('20');
});
