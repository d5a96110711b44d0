import { Decimal } from '@algo/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EquityGuard } from './equity-guard.ts';
import { ACCOUNT, BTC, d, ETH, PLAN, Scenario, SETTINGS } from './testing/position-risk-scenario.ts';

const marks = (story: Scenario) => story.log.filter((event) => event.type === 'EquityMarked');
const levels = (story: Scenario) =>
  story.log.flatMap((event) => (event.type === 'DrawdownLevelChanged' ? [event.to] : []));

/** 4 % of the day are lost: one more and the breaker trips. */
function fallen(): Scenario {
  const story = new Scenario();
  story.open('long', '1', '50000', { ...PLAN, trailing: d('0.9'), stopPrice: d('100') });
  story.prices(BTC, [11, 46_000], [12, 46_000]);
  return story;
}

test.each([
  ['a deposit hides no loss', '500000', '596000'],
  ['a withdrawal is none', '-90000', '6000'],
])('%s', (_, amount, equity) => {
  const story = fallen();
  const before = levels(story).length;
  story.cash(amount, amount.startsWith('-') ? 'withdrawal' : 'deposit', 1);
  expect(marks(story).at(-1)).toMatchObject({ equity: d(equity), drawdown: d('0.04') });
  expect(levels(story)).toHaveLength(before);
});

test('funding is a loss of the account, and of no trade', () => {
  const story = fallen();
  story.cash('-1000', 'funding', 1);
  expect(levels(story)).toContain('breaker');
  expect(marks(story).at(-1)).toMatchObject({ equity: d('95000'), realized: d('0') });
  expect(story.engine.account.equity.totals().byStrategy.size).toBe(1);
});

test('funding in a coin counts at its price, coins that somebody puts beside do not', () => {
  const story = fallen();
  story.prices(ETH, [13, 2_000]);
  story.cash('0.5', 'funding', 1, 'ETH');
  story.cash('7', 'deposit', 2, 'ETH');
  expect(marks(story).at(-1)?.equity).toEqual(d('97000'));
});

test('what the first word of the market finds deposited is what the day begins with', () => {
  const story = new Scenario();
  story.cash('100000', 'deposit', 1);
  story.time(1);
  expect(marks(story)).toMatchObject([{ equity: d('200000'), drawdown: d('0') }]);
});

test('no deposit and no withdrawal that leaves something changes a level', () => {
  const cents = (min: number, max: number) =>
    fc.integer({ min, max }).map((n) => Decimal.scaled(BigInt(n), 2));
  fc.assert(
    fc.property(cents(-1_500_000, 500_000), fc.array(cents(-20_000_000, 90_000_000)), (gain, amounts) => {
      const guard = new EquityGuard(ACCOUNT, SETTINGS.startingEquity, SETTINGS.drawdown);
      guard.mark(Decimal.zero, 1);
      guard.mark(gain, 2);
      let equity = SETTINGS.startingEquity.plus(gain);
      for (const amount of amounts) {
        if (!equity.plus(amount).greaterThan(Decimal.one)) continue;
        equity = equity.plus(amount);
        const reason = amount.isNegative() ? 'withdrawal' : 'deposit';
        guard.bookCash({ asset: 'USDT', amount, reason }, 'USDT', gain);
        const [marked, ...changed] = guard.mark(gain, 3);
        expect(marked).toMatchObject({ equity });
        expect(changed).toEqual([]);
      }
    }),
  );
});
