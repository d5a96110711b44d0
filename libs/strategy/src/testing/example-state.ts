import {
  type BarReading,
  type ClosedBar,
  type Direction,
  type FlowWindow,
  gapId,
  instrumentId,
  type MarketState,
  type OrderFlow,
  RULE_SETS,
  type StructureReading,
  type Timeframe,
  US_PER_MINUTE,
  zoneId,
} from '@algo/model';

/** The features that an example state holds. */
const FEATURES = [
  ...(['ema_20', 'ema_50', 'ema_200', 'adx_14', 'atr_14', 'atr_percent', 'hurst', 'mean_reversion'] as const),
  ...(['autocorrelation', 'deviation_20', 'deviation_50', 'volume_spike'] as const),
  'variance_ratio_z',
] as const;

/**
 * Returns a state at price 100 in which every level and every filter passes for a trade in this direction:
 * 8.0 of 8.0 points for 1m/5m/15m, by both sets of rules. A start for a strategy's own tests: spread it and
 * change one thing. The short one is the long one mirrored around 100.
 */
export function exampleState(direction: Direction): MarketState {
  const long = direction === 'long';
  const instrument = instrumentId('binance.spot.LTCUSDT');
  const timeUs = 1_750_507_200_000_000;
  const at = (above: number): number => (long ? 100 + above : 100 - above);
  const band = (near: number, far: number) => ({
    low: Math.min(at(near), at(far)),
    high: Math.max(at(near), at(far)),
  });
  return {
    instrument,
    timeUs,
    price: 100,
    priceStep: 0.01,
    quantityStep: 0.001,
    complete: true,
    sinceUs: null,
    trades: 5_000,
    cvd: long ? 1_200 : -1_200,
    flow: [
      flowOf('15s', long ? 5 : 1 / 5),
      flowOf('1m', long ? 3 : 1 / 3),
      flowOf('5m', long ? 2 : 1 / 2),
      flowOf('15m', long ? 1.5 : 1 / 1.5),
    ],
    features: FEATURES,
    bars: [
      readingOf('1m', { ema_20: at(1), ema_50: at(0.5), ema_200: at(0) }, long ? -2.2 : 2.2),
      readingOf('5m', { ema_20: at(0.5), ema_50: at(0.25), ema_200: at(0) }, long ? -1 : 1),
      readingOf('15m', { ema_20: at(-0.5), ema_50: at(-1), ema_200: at(-2) }, long ? 0.5 : -0.5),
    ].map((reading) => ({ ...reading, last: { ...bouncing(at, long), openTimeUs: timeUs - US_PER_MINUTE } })),
    microstructure: {
      signal: long ? 'bullish' : 'bearish',
      fastZ: long ? 2.5 : -2.5,
      slowZ: long ? 1 : -1,
      mid: 100,
      flipSpread: 0.01,
    },
    structures: RULE_SETS.map((rules) => ({
      rules,
      zones: [
        {
          ...{ id: zoneId('zone-entry'), instrument, rules, timeframe: '15m', origin: 'rejection' },
          ...{ kind: long ? 'demand' : 'supply', ...band(-0.5, -0.1), strength: 70, status: 'fresh' },
          ...{ touches: 0, firstSeenUs: timeUs - 3_600_000_000, lastTestedUs: 0 },
        },
        {
          ...{ id: zoneId('zone-target'), instrument, rules, timeframe: '15m', origin: 'base-impulse' },
          ...{ kind: long ? 'supply' : 'demand', ...band(1.5, 2), strength: 60, status: 'fresh' },
          ...{ touches: 0, firstSeenUs: timeUs - 7_200_000_000, lastTestedUs: 0 },
        },
      ],
      gaps: [
        {
          ...{ id: gapId('gap-ahead'), instrument, rules, timeframe: '5m', ...band(0.5, 0.8) },
          ...{ kind: long ? 'bullish' : 'bearish', filled: 0, status: 'open' },
          ...{ createdUs: timeUs - 1_800_000_000, filledUs: 0 },
        },
      ],
      profiles: [
        {
          ...{ scope: rules === 'classic' ? '60m' : 'session', poc: at(2), pocRunnerUp: 0.6 },
          ...{ valueArea: band(0, 4), volume: 10_000 },
        },
      ],
    })),
  };
}

/** Returns the state with one feature of a timeframe's bars changed. */
export function withFeature(
  state: MarketState,
  timeframe: Timeframe,
  name: (typeof FEATURES)[number],
  value: number | null,
): MarketState {
  const index = state.features.indexOf(name);
  const bars = state.bars.map((reading) =>
    reading.timeframe === timeframe ? { ...reading, values: reading.values.with(index, value) } : reading,
  );
  return { ...state, bars };
}

/** Returns the state with something else drawn on it, by both sets of rules. */
export function withStructure(state: MarketState, change: Partial<StructureReading>): MarketState {
  return { ...state, structures: state.structures.map((structure) => ({ ...structure, ...change })) };
}

/** Returns the state with other flow in its windows, such as 3 : 1 in the last minute; `trades` in each. */
export function withFlow(
  state: MarketState,
  lots: Readonly<Partial<Record<FlowWindow, readonly [buy: number, sell: number]>>>,
  trades: number = 300,
): MarketState {
  const flow = state.flow.map((one) => {
    const [buyVolume, sellVolume] = lots[one.window] ?? [one.buyVolume, one.sellVolume];
    return { ...one, buyVolume, sellVolume, buyTrades: trades, sellTrades: 0 };
  });
  return { ...state, flow };
}

function flowOf(window: FlowWindow, imbalance: number): OrderFlow {
  const sellVolume = Math.round(100_000 / (1 + imbalance)) / 1000;
  const buyVolume = (100_000 - Math.round(100_000 / (1 + imbalance))) / 1000;
  return { window, buyVolume, sellVolume, buyTrades: 150, sellTrades: 150 };
}

/** A bar that reached into the entry zone and came back by 0.8 of its range. */
function bouncing(at: (above: number) => number, long: boolean): Omit<ClosedBar, 'openTimeUs'> {
  const [high, low] = long ? [at(0.05), at(-0.2)] : [at(-0.2), at(0.05)];
  return { open: at(-0.05), high, low, close: at(0), volume: 20 };
}

function readingOf(
  timeframe: Timeframe,
  averages: { readonly ema_20: number; readonly ema_50: number; readonly ema_200: number },
  deviation: number,
): BarReading {
  const values = {
    ...averages,
    ...{ adx_14: 25, atr_14: 0.8, atr_percent: 0.8, hurst: 0.6, mean_reversion: 0.4, autocorrelation: 0.1 },
    ...{ deviation_20: deviation, deviation_50: deviation, volume_spike: 2, variance_ratio_z: 0 },
  };
  return { timeframe, bars: 300, last: null, values: FEATURES.map((name) => values[name]) };
}
