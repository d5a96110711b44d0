import type { InboundMessage } from '@algo/bus';
import {
  type AnyEvent,
  codecs,
  type EncodedMessage,
  encodeEvent,
  FAMILIES,
  type FamilyPlan,
  familyOf,
  type MessageCodec,
  subjects,
} from '@algo/contracts';
import { expect, test } from '@jest/globals';
import { type NoticeKind, noticeOf, type SystemFact } from '../domain/index.ts';
import * as facts from '../domain/testing/notifier-scenario.ts';
import { readFact } from './read-fact.ts';

const { ACCOUNT, BTC, NOON } = facts;

function message(subject: string, { type, bytes }: EncodedMessage): InboundMessage {
  const family: FamilyPlan = FAMILIES[familyOf(subject)!];
  const place = { stream: family.stream, sequence: 1, deliveries: 1 } as const;
  return { subject, type, id: 'event-1', timeUs: NOON, data: bytes, ...place };
}

function said<Value>(subject: string, codec: MessageCodec<Value>, value: Value): InboundMessage {
  return message(subject, { type: codec.type, bytes: codec.encode(value) });
}

const happened = (subject: string, event: AnyEvent) => message(subject, encodeEvent(event));

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
const machinery: { readonly [Type in SystemFact['type']]: InboundMessage } = {
  ServiceDown: said(subjects.service('ingest-0'), codecs.ServiceStopped, life),
  ServiceRestored: said(subjects.service('ingest-0'), codecs.ServiceStarted, life),
  ConnectionLost: happened(subjects.feed(BTC), {
    type: 'FeedDisconnected',
    instrument: BTC,
    source: 'socket',
    reason: 'reset',
    timeUs: NOON,
  }),
  ReconciliationFailed: said(subjects.reconciliation(ACCOUNT), codecs.ReconciliationFailed, {
    ...report,
    discrepancies: [],
    reasons: ['venue silent'],
  }),
  ReconciliationDiscrepancy: said(subjects.reconciliation(ACCOUNT), codecs.ReconciliationCompleted, {
    ...report,
    discrepancies: [difference],
    validForMs: 1,
  }),
  MessageDeadLettered: said(subjects.deadLetter('ORDERS', 'notifier'), codecs.DeadLetter, {
    stream: 'ORDERS',
    sequence: 1,
    subject: 'ord.evt.a',
    type: '',
    consumer: 'notifier',
    reason: 'unreadable',
    original: Uint8Array.of(1),
    timeUs: NOON,
  }),
};

/** A message that causes each kind of notice; a kind without a cause doesn't compile. */
const causes: { readonly [Kind in NoticeKind]: InboundMessage } = {
  signal: said(subjects.signal(BTC), codecs.SignalGenerated, facts.signal),
  position_opened: happened(subjects.position(ACCOUNT, BTC), facts.opened),
  position_closed: happened(subjects.position(ACCOUNT, BTC), facts.closed('1', '1')),
  order_failed: happened(subjects.orderEvent(ACCOUNT, BTC), facts.rejected()),
  system_error: machinery.MessageDeadLettered,
  connection: machinery.ConnectionLost,
  entries_stopped: happened(subjects.risk(ACCOUNT), {
    type: 'TradingModeChanged',
    scope: { kind: 'account', account: ACCOUNT },
    mode: 'reducing',
    reason: 'asked',
    by: 'Ada',
    latched: false,
    timeUs: NOON,
  }),
  portfolio_health: happened(subjects.risk(ACCOUNT), facts.drawdown('none', 'alert', '0.02')),
  circuit_breaker: happened(subjects.risk(ACCOUNT), facts.drawdown('critical', 'breaker', '0.05')),
  reconciliation: machinery.ReconciliationFailed,
  service: machinery.ServiceDown,
};

test.each(Object.entries(machinery))('%s is read from what is said', (type, given) => {
  expect(readFact(given)?.type).toBe(type);
});

test.each(Object.entries(causes))('a notice of kind %s is caused by a message it may read', (kind, given) => {
  expect(noticeOf(facts.id(1), readFact(given)!)?.kind).toBe(kind);
  const family: FamilyPlan = FAMILIES[familyOf(given.subject)!];
  expect(family.readers).toContain('notifier');
  expect(family.messages.map((name) => `algo.v1.${name}`)).toContain(given.type);
});

test.each([
  ['a candle', { ...causes.signal, subject: subjects.candles(BTC, '1m') }],
  [
    'a feed that is heard',
    happened(subjects.feed(BTC), { type: 'FeedConnected', instrument: BTC, source: '', timeUs: NOON }),
  ],
  [
    'how a service is doing',
    said(subjects.service('ingest-0'), codecs.ServiceStatus, {
      ...life,
      counters: {},
      notes: [],
      ready: true,
    }),
  ],
  [
    'a reconciliation that found nothing',
    said(subjects.reconciliation(ACCOUNT), codecs.ReconciliationCompleted, {
      ...report,
      discrepancies: [],
      validForMs: 1,
    }),
  ],
])('%s is nothing to tell', (_, given) => {
  expect(readFact(given)).toBeNull();
});

test('a decision is read with all of its reasons', () => {
  const given = said(subjects.decision(BTC), codecs.DecisionMade, facts.decision);
  expect(readFact(given)).toEqual({ type: 'DecisionMade', decision: facts.decision });
});
