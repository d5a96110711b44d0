import { FAMILIES, type Fact, type FamilyPlan } from '@algo/contracts';
import { eventId } from '@algo/model';
import { expect, test } from '@jest/globals';
import { type NoticeKind, noticeOf, type SystemFact } from '../domain/index.ts';
import * as facts from '../domain/testing/notifier-scenario.ts';
import { readFact } from './read-fact.ts';

const { ACCOUNT, BTC, NOON } = facts;

const life = {
  service: 'ingest',
  instance: 'ingest-0',
  version: '',
  pid: 7,
  reason: 'told to',
  timeUs: NOON,
};
const report = {
  reportId: 'r1',
  requestId: 'paper-main:1:1',
  account: ACCOUNT,
  venue: 'paper',
  epoch: 1,
  asOfUs: NOON,
  snapshotHash: 'h1',
  counts: {},
};
const difference = {
  class: 'quantity',
  subject: BTC,
  evidence: '',
  action: 'adopted',
  before: '1',
  after: '2',
};

/** What the machinery says, by what the notifier makes of it; a fact without a cause doesn't compile. */
const machinery: { readonly [Type in SystemFact['type']]: Fact } = {
  ServiceDown: { name: 'ServiceStopped', body: life },
  ServiceRestored: { name: 'ServiceStarted', body: life },
  ConnectionLost: {
    name: 'FeedDisconnected',
    body: { type: 'FeedDisconnected', instrument: BTC, source: 'socket', reason: 'reset', timeUs: NOON },
  },
  ReconciliationFailed: {
    name: 'ReconciliationFailed',
    body: { ...report, discrepancies: [], reasons: ['venue silent'] },
  },
  ReconciliationDiscrepancy: {
    name: 'ReconciliationCompleted',
    body: { ...report, discrepancies: [difference], validForMs: 1 },
  },
  CommandRefused: { name: 'CommandRefused', body: { commandId: 'c1', reason: 'nobody signs', timeUs: NOON } },
  MessageDeadLettered: {
    name: 'DeadLetter',
    body: {
      stream: 'ORDERS',
      sequence: 1,
      subject: 'ord.evt.a',
      type: '',
      consumer: 'notifier',
      reason: 'unreadable',
      original: Uint8Array.of(1),
      timeUs: NOON,
    },
  },
};

/** A fact that causes each kind of notice; a kind without a cause doesn't compile. */
const causes: { readonly [Kind in NoticeKind]: Fact } = {
  signal: { name: 'SignalGenerated', body: facts.signal },
  position_opened: { name: 'PositionOpened', body: facts.opened },
  position_closed: { name: 'PositionClosed', body: facts.closed('1', '1') },
  order_failed: { name: 'OrderRejected', body: facts.rejected() },
  system_error: machinery.MessageDeadLettered,
  connection: machinery.ConnectionLost,
  entries_stopped: {
    name: 'TradingModeChanged',
    body: {
      type: 'TradingModeChanged',
      scope: { kind: 'account', account: ACCOUNT },
      mode: 'reducing',
      reason: 'asked',
      by: 'Ada',
      latched: false,
      commandId: null,
      timeUs: NOON,
    },
  },
  portfolio_health: { name: 'DrawdownLevelChanged', body: facts.drawdown('none', 'alert', '0.02') },
  circuit_breaker: { name: 'DrawdownLevelChanged', body: facts.drawdown('critical', 'breaker', '0.05') },
  reconciliation: machinery.ReconciliationFailed,
  command_refused: machinery.CommandRefused,
  service: machinery.ServiceDown,
};

test.each(Object.entries(machinery))('%s is read from what is said', (type, given) => {
  expect(readFact(given)?.type).toBe(type);
});

test.each(Object.entries(causes))(
  'a notice of kind %s is caused by a fact that it may read',
  (kind, given) => {
    expect(noticeOf(eventId('e1'), readFact(given)!)?.kind).toBe(kind);
    const family = Object.values<FamilyPlan>(FAMILIES).find(({ messages }) => messages.includes(given.name));
    expect(family?.readers).toContain('notifier');
  },
);

test.each<[string, Fact]>([
  ['a guard that lives', { name: 'GuardAlive', body: { account: ACCOUNT, feed: 'binance', timeUs: NOON } }],
  [
    'a feed that is heard',
    {
      name: 'FeedConnected',
      body: { type: 'FeedConnected', instrument: BTC, source: '', timeUs: NOON },
    },
  ],
  [
    'how a service is doing',
    { name: 'ServiceStatus', body: { ...life, counters: {}, notes: [], ready: true } },
  ],
  [
    'a reconciliation that found nothing',
    { name: 'ReconciliationCompleted', body: { ...report, discrepancies: [], validForMs: 1 } },
  ],
])('%s is nothing to tell', (_, given) => {
  expect(readFact(given)).toBeNull();
});

test('a decision is read with all of its reasons', () => {
  const given: Fact = { name: 'DecisionMade', body: facts.decision };
  expect(readFact(given)).toEqual({ type: 'DecisionMade', decision: facts.decision });
});
