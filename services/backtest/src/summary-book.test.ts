import type { Fact } from '@algo/contracts';
import { accountId, Decimal } from '@algo/model';
import { expect, test } from 'vitest';
import { SummaryBook } from './summary-book.ts';

function marked(equity: string): Fact {
  const [zero, account] = [Decimal.zero, accountId('paper-main')];
  const rest = { realized: zero, unrealized: zero, drawdown: zero, unvalued: [], timeUs: 1 };
  return {
    name: 'EquityMarked',
    body: { type: 'EquityMarked', account, equity: Decimal.of(equity), ...rest },
  };
}

test.each([
  [['100', '90', '95', '120', '110', '105', '119'], '0.125'],
  [['100', '90', '99', '89.5', '120', '119'], '0.105'],
  [['100', '101', '101'], '0'],
])('the largest drawdown of the marks %s is %s', (marks, largest) => {
  const book = new SummaryBook();
  for (const mark of marks) book.take(marked(mark));
  expect(`${book.summary(1, 1, 2).drawdownMax}`).toBe(largest);
});
