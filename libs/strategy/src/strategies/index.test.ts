import {
  Decimal,
  type Instrument,
  instrumentId,
  type MarketState,
  signalId,
  type Timeframe,
  type TradingConfig,
} from '@algo/model';
import { expect, test } from 'vitest';
import type { Strategy, StrategyInput, StrategyVerdict } from '../strategy.ts';
import { exampleState, withFeature, withFlow, withStructure } from '../testing/example-state.ts';
import { parseTradingConfig } from '../trading-config-schema.ts';
import {
  bidAskBounce,
  hierarchical,
  NAMED_STRATEGIES,
  orderFlowScalping,
  supplyDemandBounce,
} from './index.ts';

const instrument: Instrument = {
  id: instrumentId('binance.spot.LTCUSDT'),
  venue: 'binance',
  market: 'spot',
  symbol: 'LTCUSDT',
  base: 'LTC',
  quote: 'USDT',
  assetClass: 'regular',
  priceTick: Decimal.of('0.01'),
  quantityStep: Decimal.of('0.001'),
  minQuantity: Decimal.of('0.001'),
  minNotional: Decimal.of('5'),
  minNotionalBindsExits: true,
};

const config: TradingConfig = parseTradingConfig(
  {
    name: 'test',
    timeframes: ['1m', '5m', '15m'],
    primary_timeframe: '1m',
    hold_duration_seconds: [30, 300],
    target_trades_per_hour: 10,
    risk_reward: 1.5,
    enabled_strategies: ['hierarchical'],
    position_size_pct: 2,
    max_concurrent_positions: 3,
    initial_stop_pct: [0.2, 0.3],
    trailing_stop_pct: 0.5,
    take_profit_pct: [0.5, 1],
    min_win_rate: 0.6,
  },
  'test',
);

function inputOf(
  strategy: Strategy,
  state: MarketState,
  direction: 'long' | 'short' = 'long',
): StrategyInput {
  const signal = strategy.trigger === 'signal' ? { id: signalId('sig-1'), direction, state } : null;
  return { state, signal, instrument, config };
}

type Change = Readonly<Partial<Record<Parameters<typeof withFeature>[2], number | null>>>;

function withFeatures(state: MarketState, timeframe: Timeframe, change: Change): MarketState {
  return Object.entries(change).reduce(
    (changed, [name, value]) => withFeature(changed, timeframe, name as keyof Change, value),
    state,
  );
}

function withImbalance(state: MarketState, imbalance: number): MarketState {
  return withFlow(state, { '1m': [imbalance * 100, 100] });
}

/** The bar of the last minute came back by so much of its range. */
function withBounce(state: MarketState, strength: number): MarketState {
  const bars = state.bars.map((reading) => ({
    ...reading,
    last: { ...reading.last!, high: 100.8, low: 99.8, close: 99.8 + strength },
  }));
  return { ...state, bars };
}

function withSignal(state: MarketState, signal: 'bullish' | 'bearish' | 'neutral'): MarketState {
  return { ...state, microstructure: { ...state.microstructure!, signal } };
}

const long = exampleState('long');
const [{ zones: ZONES }] = long.structures as readonly [(typeof long.structures)[number]];
const weak = withStructure(withFeatures(long, '1m', { deviation_50: null, autocorrelation: null }), {
  profiles: [],
  gaps: [],
});

for (const strategy of NAMED_STRATEGIES)
  for (const direction of ['long', 'short'] as const)
    test(`${strategy.name} proposes a ${direction} when everything lines up`, () => {
      const verdict = strategy.evaluate(inputOf(strategy, exampleState(direction), direction));
      expect(verdict).toMatchObject({ type: 'proposal', direction, level: 4, confluence: { points: 8 } });
      if (verdict.type !== 'proposal') throw new Error('not a proposal');
      expect(verdict.stopPrice).toBe(direction === 'long' ? 99.5 : 100.5);
      expect(verdict.targetPrice).toBe(direction === 'long' ? 101.5 : 98.5);
      const checks = verdict.checks();
      expect(checks.filter((check) => check.passed === false)).toEqual([]);
      expect(new Set(checks.map((check) => check.name)).size).toBe(checks.length);
    });

test.each([
  ['long', 0.8 * 3],
  ['short', 0.8 * 3],
] as const)(
  'hierarchical scores a %s as bounce strength × imbalance toward the trade',
  (direction, score) => {
    const verdict = hierarchical.evaluate(inputOf(hierarchical, exampleState(direction)));
    if (verdict.type !== 'proposal') throw new Error('not a proposal');
    expect(verdict.entryScore).toBeCloseTo(score, 12);
  },
);

const refusals: readonly (readonly [string, Strategy, MarketState, string, number])[] = [
  ['no trend ends at level 1', hierarchical, withFeatures(long, '15m', { adx_14: 10 }), 'REGIME', 1],
  ['no zone ends at level 2', hierarchical, withStructure(long, { zones: [] }), 'ZONE', 2],
  ['no cascade ends at level 3', hierarchical, withImbalance(long, 1.9), 'CASCADE', 3],
  ['no bounce ends at level 4', hierarchical, withBounce(long, 0.5), 'BOUNCE', 4],
  ['weak flow is no agreement', orderFlowScalping, withImbalance(long, 2.5), 'PRIMARY_DISAGREE', 4],
  ['neutral tape is no agreement', orderFlowScalping, withSignal(long, 'neutral'), 'PRIMARY_DISAGREE', 4],
  ['too few points', orderFlowScalping, withStructure(weak, { zones: [] }), 'CONFLUENCE', 4],
  ['a neutral tape is no turn', bidAskBounce, withSignal(long, 'neutral'), 'STRATEGY', 1],
  [
    'neither at the edge nor stretched',
    bidAskBounce,
    withFeatures({ ...long, price: 100.3 }, '1m', { deviation_50: -1 }),
    'STRATEGY',
    1,
  ],
  ['flow against the turn', bidAskBounce, withImbalance(long, 0.3), 'PRIMARY_DISAGREE', 4],
  [
    'a turn with too few points',
    bidAskBounce,
    withStructure(withFeatures(long, '1m', { deviation_50: null, autocorrelation: null }), {
      zones: [],
      gaps: [],
    }),
    'CONFLUENCE',
    4,
  ],
  ['no zone', supplyDemandBounce, withStructure(long, { zones: [] }), 'ZONE', 2],
  ['no bounce', supplyDemandBounce, withBounce(long, 0.7), 'BOUNCE', 4],
  ['flow against the bounce', supplyDemandBounce, withImbalance(long, 0.3), 'PRIMARY_DISAGREE', 4],
  ['tape against the bounce', supplyDemandBounce, withSignal(long, 'bearish'), 'PRIMARY_DISAGREE', 4],
  ['a bounce with too few points', supplyDemandBounce, weak, 'CONFLUENCE', 4],
];
test.each(refusals)('%s', (_name, strategy, state, code, level) => {
  const verdict = strategy.evaluate(inputOf(strategy, state));
  expect(verdict).toMatchObject({ type: 'refusal', code, level });
  if (verdict.type === 'refusal') expect(verdict.detail(verdict.checks())).not.toBe('');
});

test('a signal whose direction the primaries do not share is refused', () => {
  const verdict = orderFlowScalping.evaluate(inputOf(orderFlowScalping, long, 'short'));
  expect(verdict).toMatchObject({ type: 'refusal', code: 'PRIMARY_DISAGREE' });
});

test('order flow scalping needs no long average', () => {
  const young = withFeatures(long, '15m', { ema_200: null, ema_50: null, adx_14: null, hurst: null });
  expect(orderFlowScalping.evaluate(inputOf(orderFlowScalping, young)).type).toBe('proposal');
});

test.each([
  ['5 % of the width off the low', { ...long, price: 100.2 }, 'proposal'],
  [
    'beyond 1 σ off the edge',
    withFeatures({ ...long, price: 100.3 }, '1m', { deviation_50: -1.2 }),
    'proposal',
  ],
] as const)('bid-ask bounce has a setup %s', (_name, state, type) => {
  expect(bidAskBounce.evaluate(inputOf(bidAskBounce, state)).type).toBe(type);
});

test('inside a demand and a supply zone at once there is no direction', () => {
  const zones = ZONES.map((zone) => ({ ...zone, low: 99.9, high: 100.1 }));
  const verdict = supplyDemandBounce.evaluate(inputOf(supplyDemandBounce, withStructure(long, { zones })));
  expect(verdict).toMatchObject({ type: 'refusal', code: 'ZONE', level: 2 });
});

test('of two zones within reach the nearer names the direction', () => {
  const zones = ZONES.map((zone) => (zone.kind === 'supply' ? { ...zone, low: 100.05, high: 100.2 } : zone));
  const last = { ...long.bars[0]!.last!, high: 100.1, low: 99.95, close: 99.96 };
  const bars = long.bars.map((reading) => ({ ...reading, last }));
  const state = withSignal(withImbalance(withStructure({ ...long, bars }, { zones }), 1), 'neutral');
  const verdict = supplyDemandBounce.evaluate({
    ...inputOf(supplyDemandBounce, state),
    config: { ...config, minConfluence: 0 },
  });
  expect(verdict).toMatchObject({ type: 'proposal', direction: 'short', stopPrice: 100.2 });
});

test('hierarchical trades without confluence, and records it', () => {
  const state = withStructure(weak, { zones: ZONES.map((zone) => ({ ...zone, touches: 5 })) });
  expect(hierarchical.evaluate(inputOf(hierarchical, state))).toMatchObject({
    type: 'proposal',
    confluence: { points: 0.5, conviction: 'insufficient' },
  });
});

test('the same context gives the same verdict', () => {
  for (const strategy of NAMED_STRATEGIES) {
    const input = inputOf(strategy, long);
    const plain = (verdict: StrategyVerdict) => ({ ...verdict, checks: verdict.checks(), detail: null });
    const again = strategy.evaluate({ ...input, state: structuredClone(long) });
    const { confluence, ...rest } = plain(again);
    const { confluence: first, ...others } = plain(strategy.evaluate(input));
    expect(rest).toEqual(others);
    expect(confluence?.checks()).toEqual(first?.checks());
  }
});
