import type { Fact } from '@algo/contracts';
import { expect, test } from 'vitest';
import { noticeOf } from './notice-of.ts';
import * as facts from './testing/notifier-scenario.ts';

const filling = (stream: string) => ({
  ...{ stream, bytes: 720, bytesMax: 1_000, bytesADay: 4, daysLeft: 70, refuses: stream === 'RISK' },
});
const { machinery, mode, NOON, order, d } = facts;
test.each<[string, Fact, string, string, string]>([
  [
    'a print that is set aside',
    {
      name: 'PrintSetAside',
      body: {
        ...{ type: 'PrintSetAside', account: facts.ACCOUNT, instrument: facts.BTC, price: 0.01 },
        ...{ lastPrice: 50_000, timeUs: NOON },
      },
    },
    'portfolio_health',
    'warning',
    'Print set aside: binance.perp.BTCUSDT at 0.01',
  ],
  [
    'a stream of money that fills',
    {
      name: 'StreamsFilling',
      body: {
        producer: 'n',
        high: [filling('RISK'), filling('MARKET')],
        risen: ['RISK'],
        eased: [],
        timeUs: NOON,
      },
    },
    'system_error',
    'critical',
    'Streams fill up: RISK',
  ],
  [
    'a stream whose oldest may go',
    {
      name: 'StreamsFilling',
      body: { producer: 'n', high: [filling('MARKET')], risen: ['MARKET'], eased: [], timeUs: NOON },
    },
    'system_error',
    'info',
    'Streams fill up: MARKET',
  ],
  [
    'a stream that has room again',
    { name: 'StreamsFilling', body: { producer: 'n', high: [], risen: [], eased: ['RISK'], timeUs: NOON } },
    'service',
    'info',
    'Room again: RISK',
  ],
  ['a signal', facts.raised, 'signal', 'warning', 'Signal: long BTCUSDT at 50000'],
  [
    'an accepted decision, with its confluence out of the maximum',
    { name: 'DecisionMade', body: facts.decision },
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
    { name: 'OrderUnknown', body: { ...order, type: 'OrderUnknown', reason: 'timeout' } },
    'order_failed',
    'critical',
    'Order outcome unknown: BTCUSDT',
  ],
  [
    'an order that our own limits stopped',
    {
      name: 'OrderDenied',
      body: {
        ...{ ...order, type: 'OrderDenied', commandId: 'c', intent: 'entry' },
        denial: { code: 'POSITION_LIMIT', detail: 'open=3 max=3' },
      },
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
    {
      name: 'OrderQuarantined',
      body: {
        ...{ ...order, type: 'OrderQuarantined', problem: 'fill_conflict' },
        ...{ booked: false, detail: 'trade=t1' },
      },
    },
    'order_failed',
    'critical',
    'ACTION REQUIRED: BTCUSDT, entries stopped over a contradiction: fill conflict',
  ],
  [
    'a command that could not be obeyed',
    machinery.refused,
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
    machinery.lost,
    'connection',
    'critical',
    'Connection lost: binance trades of binance.perp.BTCUSDT',
  ],
  ['a service that is down', machinery.down, 'service', 'critical', 'Service down: ingest-0'],
  ['a service that is back', machinery.back, 'service', 'info', 'Service back: ingest-0'],
  [
    'a failed reconciliation',
    machinery.failed,
    'reconciliation',
    'critical',
    'Reconciliation failed: paper-main may not trade',
  ],
  [
    'a discrepancy',
    machinery.differing,
    'reconciliation',
    'critical',
    'Reconciliation discrepancy: paper-main, binance.perp.BTCUSDT and 1 more',
  ],
  [
    'a position that is gone from the venue',
    facts.corrected('gone', '0'),
    'reconciliation',
    'critical',
    'Books corrected: BTCUSDT, 0.5 to 0 (gone)',
  ],
  [
    'a position that a person adopted',
    facts.corrected('adopted', '0.75'),
    'reconciliation',
    'warning',
    'Books corrected: BTCUSDT, 0.5 to 0.75 (adopted)',
  ],
  [
    'a message that nobody could read',
    machinery.unread,
    'system_error',
    'critical',
    'ACTION REQUIRED: execution could not handle a message',
  ],
])('%s becomes a notice', (_, fact, kind, priority, title) => {
  const notice = noticeOf(facts.id(1), fact);
  const id = kind === 'reconciliation' && !title.startsWith('Books') ? expect.any(String) : 'event-1';
  expect(notice).toMatchObject({ id, kind, priority, title, timeUs: NOON });
  expect(notice?.rows.length).toBeGreaterThan(0);
});

test.each<[string, Fact]>([
  [
    'an expired order',
    {
      name: 'OrderExpired',
      body: { ...order, type: 'OrderExpired', cumulative: d('0'), reason: 'ioc' },
    },
  ],
  ['a drawdown that eases', facts.drawdown('warning', 'alert', '0.021')],
  [
    'a refused decision',
    {
      name: 'DecisionMade',
      body: { ...facts.decision, outcome: { type: 'refused', code: 'ZONE', detail: '' } },
    },
  ],
  [
    'a stop that moves',
    {
      name: 'StopMoved',
      body: {
        ...{ type: 'StopMoved', position: facts.position, timeUs: NOON },
        ...{ from: d('1'), to: d('2'), bestPrice: d('3') },
      },
    },
  ],
  [
    'a guard that lives',
    { name: 'GuardAlive', body: { account: facts.ACCOUNT, feed: 'binance', timeUs: NOON } },
  ],
  ['a feed that is heard', machinery.heard],
  ['how a service is doing', machinery.status],
  ['a reconciliation that found nothing', machinery.agreed],
])('%s is not worth a mail', (_, fact) => {
  expect(noticeOf(facts.id(1), fact)).toBeNull();
});

test('colours a gain and a loss', () => {
  const tone = (pnl: string) =>
    noticeOf(facts.id(1), facts.closed(pnl, '1'))?.rows.find(({ label }) => label === 'P&L after fees')?.tone;
  expect([tone('1'), tone('-1'), tone('0')]).toEqual(['gain', 'loss', 'plain']);
});
