import { clientOrderId } from '@algo/model';
import { expect, test } from '@jest/globals';
import type { NotableFact } from './notable-fact.ts';
import { noticeOf } from './notice-of.ts';
import * as facts from './testing/notifier-scenario.ts';

const { ACCOUNT, BTC, NOON, d } = facts;
const order = { clientOrderId: clientOrderId('o1'), account: ACCOUNT, instrument: BTC, timeUs: NOON };
const mode = (to: 'active' | 'reducing' | 'halted', latched: boolean): NotableFact => ({
  type: 'TradingModeChanged',
  scope: { kind: 'account', account: ACCOUNT },
  mode: to,
  reason: 'because',
  by: 'Ada',
  latched,
  commandId: null,
  timeUs: NOON,
});

test.each<[string, NotableFact, string, string, string]>([
  ['a signal', facts.raised, 'signal', 'warning', 'Signal: long BTCUSDT at 50000'],
  [
    'an accepted decision, with its confluence out of the maximum',
    { type: 'DecisionMade', decision: facts.decision },
    'signal',
    'warning',
    'Entry decided: long BTCUSDT at 50000, confluence 6.5 of 8 (medium)',
  ],
  ['an opened position', facts.opened, 'position_opened', 'info', 'Opened long BTCUSDT: 0.5 at 50000'],
  [
    'a position closed with a gain',
    facts.closed('371.25', '1.485'),
    'position_closed',
    'info',
    'Closed long BTCUSDT: +1.48 % (+371.25)',
  ],
  [
    'a position closed with a loss',
    facts.closed('-12.5', '-0.05'),
    'position_closed',
    'info',
    'Closed long BTCUSDT: -0.05 % (-12.5)',
  ],
  ['a rejected order', facts.rejected(), 'order_failed', 'critical', 'Order rejected by the venue: BTCUSDT'],
  [
    'an order in doubt',
    { ...order, type: 'OrderUnknown', reason: 'timeout' },
    'order_failed',
    'critical',
    'Order outcome unknown: BTCUSDT',
  ],
  [
    'an order that our own limits stopped',
    {
      ...order,
      type: 'OrderDenied',
      commandId: 'c',
      denial: { code: 'POSITION_LIMIT', detail: 'open=3 max=3' },
    },
    'order_failed',
    'warning',
    'Order denied: BTCUSDT, POSITION_LIMIT',
  ],
  [
    'a drawdown alert',
    facts.drawdown('none', 'alert', '0.02'),
    'portfolio_health',
    'warning',
    'Drawdown alert: 2 %',
  ],
  [
    'a critical drawdown',
    facts.drawdown('alert', 'critical', '0.0413'),
    'portfolio_health',
    'critical',
    'Drawdown critical: 4.13 %',
  ],
  [
    'the circuit breaker',
    facts.drawdown('critical', 'breaker', '0.05'),
    'circuit_breaker',
    'critical',
    'CIRCUIT BREAKER: 5 % lost, all positions are being closed',
  ],
  [
    'a latched halt',
    mode('halted', true),
    'circuit_breaker',
    'critical',
    'Trading halted: account paper-main',
  ],
  [
    'a contradiction of the venue',
    { ...order, type: 'OrderQuarantined', problem: 'fill_conflict', booked: false, detail: 'trade=t1' },
    'order_failed',
    'critical',
    'ACTION REQUIRED: BTCUSDT, entries stopped over a contradiction: fill conflict',
  ],
  [
    'a command that could not be obeyed',
    { type: 'CommandRefused', commandId: 'c1', reason: 'there is no such configuration', timeUs: NOON },
    'command_refused',
    'warning',
    'A command was refused: nothing has changed',
  ],
  [
    'a halt by a person',
    mode('halted', false),
    'entries_stopped',
    'critical',
    'Trading halted: account paper-main',
  ],
  [
    'entries stopped',
    mode('reducing', false),
    'entries_stopped',
    'warning',
    'Entries stopped: account paper-main',
  ],
  [
    'trading resumed',
    mode('active', false),
    'entries_stopped',
    'warning',
    'Trading resumed: account paper-main',
  ],
  [
    'a lost connection',
    { type: 'ConnectionLost', venue: 'binance', purpose: 'trades', reason: 'reset', timeUs: NOON },
    'connection',
    'critical',
    'Connection lost: binance trades',
  ],
  [
    'a service that is down',
    { type: 'ServiceDown', service: 'execution', reason: 'no heartbeat', timeUs: NOON },
    'service',
    'critical',
    'Service down: execution',
  ],
  [
    'a failed reconciliation',
    { type: 'ReconciliationFailed', account: ACCOUNT, reason: 'venue silent', timeUs: NOON },
    'reconciliation',
    'critical',
    'Reconciliation failed: paper-main may not trade',
  ],
  [
    'a discrepancy',
    {
      type: 'ReconciliationDiscrepancy',
      account: ACCOUNT,
      instrument: BTC,
      kind: 'quantity mismatch',
      ours: '1',
      venues: '0.9',
      timeUs: NOON,
    },
    'reconciliation',
    'critical',
    'Reconciliation discrepancy: paper-main, quantity mismatch',
  ],
  [
    'a message that nobody could read',
    {
      type: 'MessageDeadLettered',
      service: 'execution',
      subject: 'ord.cmd.a',
      reason: 'missing',
      timeUs: NOON,
    },
    'system_error',
    'critical',
    'ACTION REQUIRED: execution could not handle a message',
  ],
])('%s becomes a notice', (_, fact, kind, priority, title) => {
  const notice = noticeOf(facts.id(1), fact);
  expect(notice).toMatchObject({ id: 'event-1', kind, priority, title, timeUs: NOON });
  expect(notice?.rows.length).toBeGreaterThan(0);
});

test.each<[string, NotableFact]>([
  ['an accepted order', { ...order, type: 'OrderExpired', cumulative: d('0'), reason: 'ioc' }],
  ['a drawdown that eases', facts.drawdown('warning', 'alert', '0.021')],
  [
    'a refused decision',
    {
      type: 'DecisionMade',
      decision: { ...facts.decision, outcome: { type: 'refused', code: 'ZONE', detail: '' } },
    },
  ],
  [
    'a stop that moves',
    {
      type: 'StopMoved',
      position: facts.position,
      from: d('1'),
      to: d('2'),
      bestPrice: d('3'),
      timeUs: NOON,
    },
  ],
])('%s is not worth a mail', (_, fact) => {
  expect(noticeOf(facts.id(1), fact)).toBeNull();
});

test('colours a gain and a loss', () => {
  const tone = (pnl: string) =>
    noticeOf(facts.id(1), facts.closed(pnl, '1'))?.rows.find(({ label }) => label === 'P&L after fees')?.tone;
  expect([tone('1'), tone('-1'), tone('0')]).toEqual(['gain', 'loss', 'plain']);
});
