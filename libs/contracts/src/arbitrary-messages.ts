// fast-check arbitraries for every message: what the property tests send to the wire and back.
import {
  accountId,
  type Candle,
  type Check,
  clientOrderId,
  DENIAL_CODES,
  Decimal,
  type Decision,
  decisionId,
  type FairValueGap,
  type Fill,
  FLOW_WINDOWS,
  gapId,
  instrumentId,
  type MarketState,
  type OrderRequest,
  type Position,
  positionId,
  REFUSAL_CODES,
  signalId,
  strategyName,
  TIMEFRAMES,
  TRADE_REFUSAL_CODES,
  type TradeBatch,
  type TradeIds,
  type TradingConfig,
  type VenueOrder,
  venueOrderId,
  venueTradeId,
  type Zone,
  zoneId,
} from '@algo/model';
import fc from 'fast-check';
import type { MessageName, MessageOf } from './codecs.ts';
import type { Discrepancy } from './messages.ts';

const token = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/);
const printable = fc.stringMatching(/^[\x21-\x7e]{1,40}$/);
const instrument = fc
  .stringMatching(/^[a-z]{1,8}\.[a-z]{1,8}\.[A-Z0-9]{1,10}$/)
  .map((text) => instrumentId(text));
const account = token.map(accountId);
const strategy = token.map(strategyName);
const clientOrder = token.map(clientOrderId);
const venueOrder = printable.map(venueOrderId);
const decision = token.map(decisionId);
const position = token.map(positionId);
const word = fc.string({ minLength: 1, unit: 'grapheme' });
const text = fc.string({ unit: 'grapheme' });
const flag = fc.boolean();
const whole = fc.maxSafeNat();
const double = fc.double({ noNaN: true, noDefaultInfinity: true });
const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), fc.nat(18))
  .map(([units, scale]) => Decimal.scaled(units, scale));
const direction = fc.constantFrom('long', 'short');
const side = fc.constantFrom('buy', 'sell');
const timeframe = fc.constantFrom(...TIMEFRAMES);
const ruleSet = fc.constantFrom('classic', 'robust');
const few = { maxLength: 4 };

function maybe<Value>(inner: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> {
  return fc.option(inner);
}

const maybeDouble = maybe(double);

function tag<const Type extends string>(type: Type): { type: fc.Arbitrary<Type> } {
  return { type: fc.constant(type) };
}

function tradeIds(count: number): fc.Arbitrary<TradeIds> {
  const rows = { minLength: count, maxLength: count };
  return fc.oneof(
    fc.array(whole, rows).map((values): TradeIds => ({ kind: 'counted', values: Float64Array.from(values) })),
    fc.array(printable.map(venueTradeId), rows).map((values): TradeIds => ({ kind: 'named', values })),
  );
}

/** Batches of up to 40 trades, of any times that don't decrease. */
export const tradeBatch: fc.Arbitrary<TradeBatch> = fc.nat(40).chain((count) => {
  const rows = { minLength: count, maxLength: count };
  return fc.record<TradeBatch>({
    trades: fc.record<TradeBatch['trades']>({
      instrument,
      count: fc.constant(count),
      timeUs: fc
        .array(fc.oneof(whole, fc.integer({ min: 1_700_000_000_000_000, max: 1_700_000_000_300_000 })), rows)
        .map((values) => Float64Array.from(values).sort()),
      price: fc.array(double, rows).map((values) => Float64Array.from(values)),
      quantity: fc.array(double, rows).map((values) => Float64Array.from(values)),
      side: fc.array(fc.nat(1), rows).map((values) => Uint8Array.from(values)),
      ids: tradeIds(count),
    }),
    receivedUs: whole,
    complete: flag,
  });
});

const candle = fc.record<Candle>({
  instrument,
  timeframe,
  openTimeUs: whole,
  open: double,
  high: double,
  low: double,
  close: double,
  volume: double,
  buyVolume: double,
  sellVolume: double,
  trades: whole,
  buyTrades: whole,
  sellTrades: whole,
  complete: flag,
});

const zone = fc.record<Zone>({
  id: token.map(zoneId),
  instrument,
  timeframe,
  kind: fc.constantFrom('demand', 'supply'),
  origin: fc.constantFrom('rejection', 'base-impulse'),
  low: double,
  high: double,
  strength: double,
  status: fc.constantFrom('fresh', 'tested', 'broken', 'expired'),
  touches: whole,
  firstSeenUs: whole,
  lastTestedUs: whole,
});

const gap = fc.record<FairValueGap>({
  id: token.map(gapId),
  instrument,
  timeframe,
  kind: fc.constantFrom('bullish', 'bearish'),
  low: double,
  high: double,
  filled: double,
  status: fc.constantFrom('open', 'partial', 'filled', 'inverted'),
  createdUs: whole,
  filledUs: whole,
});

const profile = fc.record<NonNullable<MarketState['session']>>({
  scope: fc.constantFrom('session', 'previous-session'),
  poc: double,
  pocRunnerUp: double,
  valueAreaLow: double,
  valueAreaHigh: double,
  volume: double,
});

const flow = fc.record<MarketState['flow'][number]>({
  window: fc.constantFrom(...FLOW_WINDOWS),
  buyVolume: double,
  sellVolume: double,
  buyTrades: whole,
  sellTrades: whole,
  delta: double,
  imbalance: double,
  boundedImbalance: double,
});

const regime = fc.record<MarketState['regimes'][number]>({
  timeframe,
  bars: whole,
  close: double,
  ema20: maybeDouble,
  ema50: maybeDouble,
  ema200: maybeDouble,
  adx14: maybeDouble,
  atr14: maybeDouble,
  atrPercent: maybeDouble,
  persistence: maybeDouble,
  meanReversion: maybeDouble,
  autocorrelation: maybeDouble,
  deviation: maybeDouble,
});

const state = fc.record<MarketState>({
  instrument,
  timeUs: whole,
  price: double,
  complete: flag,
  trades: whole,
  cvd: double,
  flow: fc.array(flow, few),
  regimes: fc.array(regime, few),
  microstructure: maybe(
    fc.record<NonNullable<MarketState['microstructure']>>({
      signal: fc.constantFrom('bullish', 'bearish', 'neutral'),
      fastZ: double,
      slowZ: double,
      mid: maybeDouble,
      flipSpread: maybeDouble,
    }),
  ),
  session: maybe(profile),
  previousSession: maybe(profile),
  bounce: fc.record({ strength: maybeDouble, volumeRatio: maybeDouble }),
  zones: fc.array(zone, few),
  gaps: fc.array(gap, few),
});

const check = fc.record<Check>({
  name: text,
  value: maybeDouble,
  threshold: maybeDouble,
  passed: maybe(flag),
  points: maybeDouble,
  pointsMax: maybeDouble,
  note: text,
});

const decisionOutcome = fc.oneof(
  fc.record({ ...tag('accepted'), commandId: word }),
  fc.record({
    ...tag('refused'),
    code: fc.constantFrom(...REFUSAL_CODES),
    detail: text,
  }),
);

const decisionMade = fc.record<Decision>({
  id: decision,
  signal: maybe(token.map(signalId)),
  instrument,
  strategy,
  configuration: text,
  configurationHash: text,
  ruleSet,
  timeUs: whole,
  price: double,
  direction: maybe(direction),
  level: whole,
  confluence: maybeDouble,
  confluenceMax: double,
  conviction: fc.constantFrom('insufficient', 'low', 'medium', 'high'),
  checks: fc.array(check, few),
  outcome: decisionOutcome,
});

const pair = fc.tuple(double, double);
const configuration = fc.record<TradingConfig>({
  name: word,
  description: text,
  timeframes: fc.array(timeframe, few),
  primaryTimeframe: timeframe,
  holdSeconds: pair,
  targetTrades: fc.record({ count: double, per: fc.constantFrom('hour', 'day') }),
  riskReward: double,
  strategies: fc.array(strategy, few),
  positionSize: double,
  maxConcurrentPositions: whole,
  initialStop: pair,
  trailingStop: double,
  takeProfit: pair,
  minWinRate: double,
  ruleSet,
  minConfluence: double,
  instruments: fc.array(instrument, few),
});

const exitReason = fc.constantFrom(
  'trailing_stop',
  'initial_stop',
  'target',
  'hold_time',
  'circuit_breaker',
  'health',
  'operator',
  'residual',
);
const orderType = fc.constantFrom('market', 'limit');
const timeInForce = fc.constantFrom('ioc', 'gtc', 'fok');
const plan = fc.record({
  stopPrice: decimal,
  targetPrice: maybe(decimal),
  trailing: decimal,
  holdMaxUs: whole,
});
const request = fc.record<OrderRequest>({
  clientOrderId: clientOrder,
  account,
  instrument,
  side,
  type: orderType,
  timeInForce,
  quantity: decimal,
  limitPrice: maybe(decimal),
  reduceOnly: flag,
});
const fill = fc.record<Fill>({
  venueTradeId: printable.map(venueTradeId),
  clientOrderId: clientOrder,
  venueOrderId: venueOrder,
  account,
  instrument,
  side,
  quantity: decimal,
  price: decimal,
  fee: decimal,
  feeAsset: text,
  liquidity: fc.constantFrom('maker', 'taker'),
  timeUs: whole,
});

const order = { clientOrderId: clientOrder, account, instrument, timeUs: whole };

const held = fc.record<Position>({
  id: position,
  account,
  instrument,
  strategy,
  direction,
  quantity: decimal,
  averagePrice: decimal,
  realized: decimal,
  fees: decimal,
  openedUs: whole,
});
const ofPosition = { position: held, timeUs: whole };

const scope = fc.oneof(
  fc.record({ kind: fc.constant('account' as const), account }),
  fc.record({ kind: fc.constant('venue' as const), venue: word }),
  fc.record({ kind: fc.constant('instrument' as const), instrument: word }),
  fc.record({ kind: fc.constant('strategy' as const), strategy: word }),
);
const mode = fc.constantFrom('active', 'reducing', 'halted');
const drawdownLevel = fc.constantFrom('none', 'alert', 'warning', 'critical', 'breaker');

const doubtful = { clientOrderId: clientOrder, reason: text, timeUs: whole };
const outcome = fc.oneof(
  fc.record({
    ...tag('confirmed'),
    clientOrderId: clientOrder,
    venueOrderId: venueOrder,
    timeUs: whole,
  }),
  fc.record({ ...tag('refused'), ...doubtful }),
  fc.record({ ...tag('unknown'), ...doubtful }),
);
const booked = fc.record<VenueOrder>({
  request,
  venueOrderId: venueOrder,
  status: fc.constantFrom('open', 'filled', 'canceled', 'expired', 'rejected'),
  filled: decimal,
  acceptedUs: whole,
});
const lookup = fc.oneof(
  fc.record({ ...tag('found'), order: booked }),
  fc.constant({ type: 'absent' as const }),
  fc.record({ ...tag('failed'), reason: text }),
);
const named = { account, instrument, clientOrderId: clientOrder };
const ended = { ...named, cumulative: decimal, reason: text, timeUs: whole };

const report = {
  reportId: word,
  account,
  venue: word,
  epoch: whole,
  asOfUs: whole,
  discrepancies: fc.array(
    fc.record<Discrepancy>({
      class: word,
      subject: word,
      evidence: text,
      action: text,
      before: text,
      after: text,
    }),
    few,
  ),
  counts: fc.dictionary(text, whole, { maxKeys: 4, noNullPrototype: true }),
};
const process = {
  service: word,
  instance: word,
  version: text,
  pid: whole,
  reason: text,
  timeUs: whole,
};
const notification = {
  notificationId: word,
  channel: word,
  subject: text,
  attempts: whole,
  timeUs: whole,
};

/** One arbitrary for each message; a message without one doesn't compile. */
export const arbitraryMessages: { readonly [Name in MessageName]: fc.Arbitrary<MessageOf<Name>> } = {
  TradeBatch: tradeBatch,
  FeedConnected: fc.record({ ...tag('FeedConnected'), instrument, source: text, timeUs: whole }),
  FeedDisconnected: fc.record({
    ...tag('FeedDisconnected'),
    instrument,
    source: text,
    reason: text,
    timeUs: whole,
  }),
  GapOpened: fc.record({
    ...tag('GapOpened'),
    instrument,
    fromTradeId: whole,
    toTradeId: whole,
    missing: whole,
    timeUs: whole,
  }),
  GapFilled: fc.record({
    ...tag('GapFilled'),
    instrument,
    fromTradeId: whole,
    toTradeId: whole,
    recovered: whole,
    timeUs: whole,
  }),
  GapUnfillable: fc.record({
    ...tag('GapUnfillable'),
    instrument,
    fromTradeId: whole,
    toTradeId: whole,
    missing: whole,
    reason: text,
    timeUs: whole,
  }),
  TradeRefused: fc.record({
    ...tag('TradeRefused'),
    instrument,
    tradeId: text,
    code: fc.constantFrom(...TRADE_REFUSAL_CODES),
    detail: text,
    timeUs: whole,
  }),
  TimeAdvanced: fc.record({ ...tag('TimeAdvanced'), instrument, timeUs: whole }),
  FeedEnded: fc.record({ ...tag('FeedEnded'), instrument, trades: whole, timeUs: whole }),
  CandleClosed: candle,
  MarketStateUpdated: state,
  SignalGenerated: fc.record({ id: token.map(signalId), direction, state }),
  ZoneChanged: zone,
  GapChanged: gap,
  DecisionMade: decisionMade,
  ConvictionHigh: fc.record({
    decision,
    instrument,
    confluence: double,
    confluenceMax: double,
    timeUs: whole,
  }),
  ConfigurationActivated: fc.record({ configuration, hash: word, timeUs: whole }),
  RefusalsCounted: fc.record({
    instrument,
    level: whole,
    code: fc.constantFrom(...REFUSAL_CODES),
    count: whole,
    timeUs: whole,
  }),
  PlaceOrder: fc.record({
    ...tag('PlaceOrder'),
    commandId: word,
    decision,
    strategy,
    account,
    instrument,
    direction,
    orderType,
    timeInForce,
    quantity: decimal,
    limitPrice: maybe(decimal),
    plan,
    timeUs: whole,
    expiresUs: whole,
  }),
  ClosePosition: fc.record({
    ...tag('ClosePosition'),
    commandId: word,
    position,
    account,
    instrument,
    direction,
    quantity: decimal,
    reason: exitReason,
    attempt: whole,
    timeUs: whole,
  }),
  CancelOrder: fc.record({
    ...tag('CancelOrder'),
    commandId: word,
    clientOrderId: clientOrder,
    reason: text,
    timeUs: whole,
  }),
  OrderDenied: fc.record({
    ...tag('OrderDenied'),
    ...order,
    commandId: word,
    denial: fc.record({ code: fc.constantFrom(...DENIAL_CODES), detail: text }),
  }),
  OrderSubmitted: fc.record({
    ...tag('OrderSubmitted'),
    ...order,
    commandId: word,
    intent: fc.constantFrom('entry', 'exit'),
    strategy: maybe(strategy),
    position: maybe(position),
    request,
    plan: maybe(plan),
    epoch: whole,
  }),
  OrderAccepted: fc.record({ ...tag('OrderAccepted'), ...order, venueOrderId: venueOrder }),
  OrderRejected: fc.record({ ...tag('OrderRejected'), ...order, reason: text }),
  OrderUnknown: fc.record({ ...tag('OrderUnknown'), ...order, reason: text }),
  OrderFilled: fc.record({ ...tag('OrderFilled'), ...order, fill, cumulative: decimal, leaves: decimal }),
  OrderCanceled: fc.record({ ...tag('OrderCanceled'), ...order, cumulative: decimal, reason: text }),
  OrderExpired: fc.record({ ...tag('OrderExpired'), ...order, cumulative: decimal, reason: text }),
  PositionOpened: fc.record({ ...tag('PositionOpened'), ...ofPosition, stopPrice: decimal }),
  PositionIncreased: fc.record({
    ...tag('PositionIncreased'),
    ...ofPosition,
    by: decimal,
    price: decimal,
  }),
  PositionReduced: fc.record({ ...tag('PositionReduced'), ...ofPosition, by: decimal, price: decimal }),
  PositionClosed: fc.record({
    ...tag('PositionClosed'),
    ...ofPosition,
    exitPrice: decimal,
    netPnl: decimal,
    returnPercent: decimal,
    reason: fc.oneof(exitReason, fc.constant('external' as const)),
  }),
  StopMoved: fc.record({
    ...tag('StopMoved'),
    ...ofPosition,
    from: decimal,
    to: decimal,
    bestPrice: decimal,
  }),
  ExitTriggered: fc.record({
    ...tag('ExitTriggered'),
    ...ofPosition,
    reason: exitReason,
    triggerPrice: decimal,
    level: decimal,
  }),
  EquityMarked: fc.record({
    ...tag('EquityMarked'),
    account,
    equity: decimal,
    realized: decimal,
    unrealized: decimal,
    drawdown: decimal,
    timeUs: whole,
  }),
  DrawdownLevelChanged: fc.record({
    ...tag('DrawdownLevelChanged'),
    account,
    from: drawdownLevel,
    to: drawdownLevel,
    drawdown: decimal,
    timeUs: whole,
  }),
  TradingModeChanged: fc.record({
    ...tag('TradingModeChanged'),
    scope,
    mode,
    reason: text,
    by: text,
    latched: flag,
    timeUs: whole,
  }),
  SetTradingMode: fc.record({
    ...tag('SetTradingMode'),
    commandId: word,
    scope,
    mode,
    reason: text,
    by: text,
    timeUs: whole,
  }),
  FlattenAll: fc.record({
    ...tag('FlattenAll'),
    commandId: word,
    account,
    reason: text,
    by: text,
    timeUs: whole,
  }),
  SwitchConfiguration: fc.record({
    ...tag('SwitchConfiguration'),
    commandId: word,
    configuration: word,
    by: text,
    timeUs: whole,
  }),
  SubmitOrderRequest: fc.record({ order: request, sentUs: whole }),
  CancelOrderRequest: fc.record({ ...named, sentUs: whole }),
  LookUpOrderRequest: fc.record(named),
  AccountRequest: fc.record({
    account,
    kind: fc.constantFrom('open-orders', 'fills-since', 'positions', 'balances'),
    sinceUs: whole,
  }),
  SubmitOutcomeReply: outcome,
  OrderLookupReply: lookup,
  OpenOrdersReply: fc.record({ account, orders: fc.array(booked, few) }),
  FillsReply: fc.record({ account, fills: fc.array(fill, few), complete: flag }),
  PositionsReply: fc.record({
    account,
    positions: fc.array(fc.record({ account, instrument, quantity: decimal, averagePrice: decimal }), few),
  }),
  BalancesReply: fc.record({
    account,
    balances: fc.array(fc.record({ account, asset: word, total: decimal, free: decimal }), few),
  }),
  VenueFilled: fc.record({ ...tag('VenueFilled'), fill, cumulative: decimal }),
  VenueCanceled: fc.record({ ...tag('VenueCanceled'), ...ended }),
  VenueExpired: fc.record({ ...tag('VenueExpired'), ...ended }),
  PaperOrderAccepted: fc.record({ order: request, sentUs: whole, outcome, handled: whole }),
  PaperCancelAccepted: fc.record({ ...named, sentUs: whole, outcome, handled: whole }),
  ReconciliationRequested: fc.record({ account, venue: word, epoch: whole, reason: text, timeUs: whole }),
  ReconciliationCompleted: fc.record({ ...report, snapshotHash: word, validForMs: whole }),
  ReconciliationFailed: fc.record({ ...report, snapshotHash: text, reasons: fc.array(text, few) }),
  ServiceStarted: fc.record(process),
  ServiceStopped: fc.record(process),
  ServiceStatus: fc.record({
    service: word,
    instance: word,
    version: text,
    pid: whole,
    timeUs: whole,
    counters: fc.dictionary(text, double, { maxKeys: 4, noNullPrototype: true }),
    notes: fc.array(text, few),
    ready: flag,
  }),
  NotificationSent: fc.record(notification),
  NotificationDead: fc.record({ ...notification, reason: text }),
  DeadLetter: fc.record({
    stream: word,
    sequence: whole,
    subject: word,
    type: text,
    consumer: word,
    reason: text,
    original: fc.uint8Array({ maxLength: 64 }),
    timeUs: whole,
  }),
  StepMark: fc.record({
    producer: word,
    steps: fc.array(whole, few),
    eventTimeUs: whole,
    lanes: fc.array(fc.record({ lane: word, count: whole }), few),
  }),
};
