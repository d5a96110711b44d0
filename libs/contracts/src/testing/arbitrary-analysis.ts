// fast-check arbitraries for trades, what analytics reads out of them and what decision makes of it.
import {
  type Candle,
  type Check,
  type Decision,
  type FairValueGap,
  FLOW_WINDOWS,
  gapId,
  type MarketState,
  REFUSAL_CODES,
  signalId,
  type TradeBatch,
  type TradeIds,
  type TradingConfig,
  venueTradeId,
  type Zone,
  zoneId,
} from '@algo/model';
import fc from 'fast-check';
import {
  decision,
  direction,
  double,
  few,
  flag,
  instrument,
  maybe,
  maybeDouble,
  printable,
  ruleSet,
  strategy,
  tag,
  text,
  timeframe,
  token,
  whole,
  word,
} from './arbitrary-values.ts';

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

export const candle = fc.record<Candle>({
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

export const zone = fc.record<Zone>({
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

export const gap = fc.record<FairValueGap>({
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

export const state = fc.record<MarketState>({
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

export const decisionMade = fc.record<Decision>({
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
export const configuration = fc.record<TradingConfig>({
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
