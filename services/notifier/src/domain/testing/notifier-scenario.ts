import {
  accountId,
  clientOrderId,
  Decimal,
  type Decision,
  type DrawdownLevel,
  decisionId,
  type EventId,
  eventId,
  instrumentId,
  type OrderEvent,
  type Position,
  type PositionEvent,
  positionId,
  type RiskEvent,
  type Signal,
  signalId,
  strategyName,
} from '@algo/model';
import type { NotableFact } from '../notable-fact.ts';

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

export const opened: Extract<PositionEvent, { type: 'PositionOpened' }> = {
  type: 'PositionOpened',
  position,
  stopPrice: d('49750'),
  timeUs: NOON,
};

export const closed = (
  netPnl: string,
  returnPercent: string,
): Extract<PositionEvent, { type: 'PositionClosed' }> => ({
  type: 'PositionClosed',
  position,
  exitPrice: d('50745'),
  netPnl: d(netPnl),
  returnPercent: d(returnPercent),
  reason: 'trailing_stop',
  timeUs: NOON,
});

export const rejected = (reason = 'insufficient margin'): Extract<OrderEvent, { type: 'OrderRejected' }> => ({
  type: 'OrderRejected',
  clientOrderId: clientOrderId('order-1'),
  account: ACCOUNT,
  instrument: BTC,
  reason,
  timeUs: NOON,
});

export const signal: Signal = {
  id: signalId('s1'),
  direction: 'long',
  state: {
    instrument: BTC,
    timeUs: NOON,
    price: 50_000,
    complete: true,
    trades: 10,
    cvd: 1,
    flow: [
      {
        window: '1m',
        buyVolume: 3,
        sellVolume: 1,
        buyTrades: 3,
        sellTrades: 1,
        delta: 2,
        imbalance: 3,
        boundedImbalance: 0.5,
      },
    ],
    regimes: [],
    microstructure: null,
    session: null,
    previousSession: null,
    bounce: { strength: null, volumeRatio: null },
    zones: [],
    gaps: [],
  },
};

export const raised: NotableFact = { type: 'SignalRaised', signal };

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

export const drawdown = (
  from: DrawdownLevel,
  to: DrawdownLevel,
  share: string,
): Extract<RiskEvent, { type: 'DrawdownLevelChanged' }> => ({
  type: 'DrawdownLevelChanged',
  account: ACCOUNT,
  from,
  to,
  drawdown: d(share),
  timeUs: NOON,
});

export const id = (number: number): EventId => eventId(`event-${number}`);
