import type { Fact, MessageOf } from '@algo/contracts';
import {
  accountId,
  type CorrectionReason,
  clientOrderId,
  Decimal,
  type Decision,
  type DrawdownLevel,
  decisionId,
  type EventId,
  eventId,
  instrumentId,
  type Position,
  positionId,
  type Signal,
  signalId,
  strategyName,
} from '@algo/model';

export const ACCOUNT = accountId('paper-main');
export const BTC = instrumentId('binance.perp.BTCUSDT');
/** 2025-06-21 12:04:27 UTC. */
export const NOON = 1_750_507_467_000_000;
export const d = (text: string): Decimal => Decimal.of(text);

/** Facts for tests, each as the services publish them. */
export const position: Position = {
  id: positionId('p1'),
  account: ACCOUNT,
  instrument: BTC,
  strategy: strategyName('hierarchical'),
  direction: 'long',
  quantity: d('0.5'),
  averagePrice: d('50000'),
  realized: d('0'),
  fees: d('1.25'),
  openedUs: NOON - 185_000_000,
};

export const opened: Fact = {
  name: 'PositionOpened',
  body: { type: 'PositionOpened', position, stopPrice: d('49750'), timeUs: NOON },
};

export const closed = (netPnl: string, returnPercent: string): Fact => ({
  name: 'PositionClosed',
  body: {
    ...{ type: 'PositionClosed', position, exitPrice: d('50745'), reason: 'trailing_stop', timeUs: NOON },
    ...{ netPnl: d(netPnl), returnPercent: d(returnPercent) },
  },
});

export const order = {
  clientOrderId: clientOrderId('order-1'),
  account: ACCOUNT,
  instrument: BTC,
  timeUs: NOON,
};

export const corrected = (reason: CorrectionReason, own: string): Fact => ({
  name: 'CorrectionMade',
  body: {
    ...{ type: 'CorrectionMade', account: ACCOUNT, instrument: BTC, before: d('0.5'), own: d(own) },
    ...{ beside: d('0'), price: d('50000'), reason, evidence: ['seen'], by: null, commandId: null },
    ...{ timeUs: NOON, settledUs: null },
  },
});

export const rejected = (reason = 'insufficient margin'): Fact => ({
  name: 'OrderRejected',
  body: { ...order, type: 'OrderRejected', reason, retryAfterMs: null },
});

const signal: Signal = {
  id: signalId('s1'),
  direction: 'long',
  state: {
    instrument: BTC,
    timeUs: NOON,
    price: 50_000,
    priceStep: 0.01,
    quantityStep: 0.001,
    complete: true,
    sinceUs: null,
    trades: 10,
    cvd: 1,
    flow: [
      {
        window: '1m',
        buyVolume: 3,
        sellVolume: 1,
        buyTrades: 3,
        sellTrades: 1,
      },
    ],
    features: [],
    bars: [],
    microstructure: null,
    structures: [],
  },
};

export const raised: Fact = { name: 'SignalGenerated', body: signal };

export const decision: Decision = {
  id: decisionId('d1'),
  signal: null,
  instrument: BTC,
  strategy: strategyName('hierarchical'),
  configuration: 'config_1',
  configurationHash: 'abc',
  ruleSet: 'classic',
  timeUs: NOON,
  price: 50_000,
  direction: 'long',
  level: 4,
  confluence: 6.5,
  confluenceMax: 8,
  conviction: 'medium',
  checks: [],
  outcome: { type: 'accepted', commandId: 'c1' },
};

export const drawdown = (from: DrawdownLevel, to: DrawdownLevel, share: string): Fact => ({
  name: 'DrawdownLevelChanged',
  body: {
    type: 'DrawdownLevelChanged',
    account: ACCOUNT,
    measure: 'daily',
    from,
    to,
    drawdown: d(share),
    timeUs: NOON,
  },
});

export const mode = (to: MessageOf<'TradingModeChanged'>['mode'], latched: boolean): Fact => ({
  name: 'TradingModeChanged',
  body: {
    ...{ type: 'TradingModeChanged', scope: { kind: 'account', account: ACCOUNT }, mode: to },
    ...{ reason: 'because', by: 'Ada', latched, commandId: null, timeUs: NOON },
  },
});

const life = { service: 'ingest', instance: 'ingest-0', version: '', pid: 7, timeUs: NOON };
const report = {
  ...{ reportId: 'r1', requestId: 'paper-main:1:1', account: ACCOUNT, venue: 'paper', epoch: 1 },
  ...{ asOfUs: NOON, snapshotHash: 'h1', counts: {} },
};
const difference = {
  ...{ class: 'quantity', subject: BTC, evidence: '', action: 'adopted', before: '1', after: '0.9' },
};
const reconciled = (discrepancies: (typeof difference)[]): Fact => ({
  name: 'ReconciliationCompleted',
  body: {
    ...report,
    discrepancies,
    validForMs: 1,
    setup: null,
    shownUs: 1,
    shut: [],
    differences: [],
    aside: [],
    orders: [],
  },
});

/** What the machinery says of itself. */
export const machinery = {
  down: { name: 'ServiceStopped', body: { ...life, reason: 'no heartbeat' } },
  back: { name: 'ServiceStarted', body: { ...life, reason: 'started' } },
  status: { name: 'ServiceStatus', body: { ...life, counters: {}, notes: [], ready: true } },
  heard: {
    name: 'FeedConnected',
    body: { type: 'FeedConnected', instrument: BTC, source: '', completeness: 'best-effort', timeUs: NOON },
  },
  lost: {
    name: 'FeedDisconnected',
    body: { type: 'FeedDisconnected', instrument: BTC, source: 'socket', reason: 'reset', timeUs: NOON },
  },
  failed: {
    name: 'ReconciliationFailed',
    body: { ...report, discrepancies: [], reasons: ['venue silent'] },
  },
  differing: reconciled([difference, difference]),
  differingOnce: reconciled([difference]),
  agreed: reconciled([]),
  refused: { name: 'CommandRefused', body: { commandId: 'c1', reason: 'nobody signs', timeUs: NOON } },
  unread: {
    name: 'DeadLetter',
    body: {
      ...{ stream: 'ORDERS', sequence: 1, subject: 'ord.evt.a', type: '', consumer: 'execution' },
      ...{ reason: 'missing', original: Uint8Array.of(1), timeUs: NOON },
    },
  },
} as const satisfies Readonly<Record<string, Fact>>;

export const id = (number: number): EventId => eventId(`event-${number}`);
