import type { Fact } from '@algo/contracts';
import { expect, test } from 'vitest';
import { noticeOf } from './notice-of.ts';
import * as facts from './testing/notifier-scenario.ts';

const { NOON, d, machinery } = facts;

test('what each comparison finds again is one story an hour, and another when something else differs', () => {
  const { differing, failed } = machinery;
  const later = (fact: Fact, hours: number): Fact =>
    ({ ...fact, body: { ...fact.body, requestId: 'later', asOfUs: NOON + hours * 3_600_000_000 } }) as Fact;
  const idOf = (fact: Fact) => noticeOf(facts.id(1), fact)?.id;
  for (const fact of [differing, failed]) {
    expect(idOf(later(fact, 0.1))).toBe(idOf(fact));
    expect(idOf(later(fact, 1))).not.toBe(idOf(fact));
  }
  expect(idOf(machinery.differingOnce)).not.toBe(idOf(differing));
  expect(idOf(failed)).not.toBe(idOf(differing));
});

test('a mail about books that differ lists what differs, what follows, and what to do', () => {
  expect(noticeOf(facts.id(1), machinery.differing)?.rows.map(({ label, value }) => [label, value])).toEqual([
    ['Account', 'paper-main'],
    [
      expect.stringContaining('binance.perp.BTCUSDT ('),
      expect.stringMatching(/^ours 1, the venue's 0.9; what follows: adopted$/),
    ],
    [expect.stringContaining('binance.perp.BTCUSDT ('), expect.any(String)],
    ['What to do', 'algo reconcile compares anew, and says what waits for you'],
  ]);
});

test('the health of the portfolio is a warning, and critical when positions are left for it', () => {
  const health = (to: 'caution' | 'critical'): Fact => ({
    name: 'PortfolioHealth',
    body: {
      ...{ type: 'PortfolioHealth', account: facts.ACCOUNT, from: 'good', to, score: 48.25, positions: 3 },
      ...{ unrealized: d('-120.5'), btcCorrelation: null, drawdown: d('0.0312'), action: 'no new entries' },
      timeUs: NOON,
    },
  });
  expect(noticeOf(facts.id(1), health('critical'))?.priority).toBe('critical');
  const notice = noticeOf(facts.id(1), health('caution'));
  expect(notice).toMatchObject({
    kind: 'portfolio_health',
    title: 'Portfolio health caution: no new entries',
  });
  expect(notice?.rows.map(({ value }) => value)).toEqual([
    ...[
      'paper-main',
      '48.3 of 100 (good to caution)',
      'no new entries',
      '3',
      '-120.5',
      '3.12 %',
      'not known',
    ],
  ]);
});
