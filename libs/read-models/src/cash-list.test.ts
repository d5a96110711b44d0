import type { Fact } from '@algo/contracts';
import { accountId, type CashReason, Decimal } from '@algo/model';
import { expect, test } from 'vitest';
import { CashList } from './cash-list.ts';
import { JournalBook } from './journal-book.ts';

let moves = 0;
function moved(amount: string, reason: CashReason, asset = 'USD'): Fact {
  const about = { venueMoveId: `m${++moves}`, account: accountId('paper-main'), asset, timeUs: moves };
  return { name: 'CashMoved', body: { type: 'CashMoved', ...about, reason, amount: Decimal.of(amount) } };
}

test('cash that no trade moved is added up by asset and reason', () => {
  const list = new CashList();
  for (const fact of [moved('5', 'deposit'), moved('-2', 'funding'), moved('7', 'deposit')]) list.take(fact);
  list.take(moved('1', 'deposit', 'BNB'));
  expect(list.all().map(({ asset, reason, amount }) => `${reason} ${amount} ${asset}`)).toEqual([
    'deposit 12 USD',
    'funding -2 USD',
    'deposit 1 BNB',
  ]);
});

test('the journal tells of it in plain words, and it is among the canonical lines', () => {
  const book = new JournalBook();
  book.take(moved('-2.5', 'withdrawal'));
  const [told] = book.handOut();
  expect(told?.words).toMatch(/paper-main {2}cash withdrawn: -2.5 USD$/);
  expect(told?.line).toContain('CashMoved');
});
