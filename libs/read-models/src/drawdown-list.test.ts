import type { Fact } from '@algo/contracts';
import { accountId, Decimal, type DrawdownLevel, type DrawdownMeasure } from '@algo/model';
import { expect, test } from 'vitest';
import { DrawdownList } from './drawdown-list.ts';

const account = accountId('paper-main');
const d = (text: string) => Decimal.of(text);

function marked(equity: string): Fact {
  const zero = Decimal.zero;
  const of = { realized: zero, unrealized: zero, unvalued: [], drawdown: zero, timeUs: 1 };
  return { name: 'EquityMarked', body: { type: 'EquityMarked', account, equity: d(equity), ...of } };
}

function level(measure: DrawdownMeasure, to: DrawdownLevel, drawdown: string): Fact {
  const body = { account, measure, from: 'none', to, drawdown: d(drawdown), timeUs: 7 } as const;
  return { name: 'DrawdownLevelChanged', body: { type: 'DrawdownLevelChanged', ...body } };
}

function after(...facts: readonly Fact[]): DrawdownList {
  const list = new DrawdownList();
  for (const fact of facts) list.take(fact);
  return list;
}

test('a breaker that tripped is told with what equity was then, and what it fell from', () => {
  const list = after(marked('95000'), level('daily', 'breaker', '0.05'), marked('94000'));
  expect(list.tripped()).toEqual([
    { measure: 'daily', drawdown: d('0.05'), from: d('100000'), equity: d('95000'), timeUs: 7 },
  ]);
  expect(list.equity).toEqual(d('94000'));
});

test('a lower level is no breaker, and a breaker that was lifted waits for nobody', () => {
  expect(after(marked('96000'), level('daily', 'critical', '0.04')).tripped()).toEqual([]);
  const lifted = after(marked('1'), level('peak', 'breaker', '0.1'), level('peak', 'none', '0'));
  expect(lifted.tripped()).toEqual([]);
});

test('both breakers of an account wait on their own', () => {
  const list = after(marked('90000'), level('daily', 'breaker', '0.05'), level('peak', 'breaker', '0.1'));
  expect(list.tripped().map(({ measure }) => measure)).toEqual(['daily', 'peak']);
});

test('where everything was lost, what it fell from is not reckoned', () => {
  expect(after(marked('0'), level('daily', 'breaker', '1')).tripped()[0]?.from).toBeNull();
});
