import {
  type Direction,
  type FlowWindow,
  gapId,
  instrumentId,
  type MarketState,
  type OrderFlow,
  type Regime,
  type Timeframe,
  zoneId,
} from '@algo/model';

/**
 * Returns a state at price 100 in which every level and every filter passes for a trade in this direction:
 * 8.0 of 8.0 points for 1m/5m/15m. A start for a strategy's own tests: spread it and change one thing. The
 * short one is the long one mirrored around 100.
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
  const valueArea = band(0, 4);
  return {
    instrument,
    timeUs,
    price: 100,
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
    regimes: [
      regimeOf('1m', at(0), at(1), at(0.5), at(0), long ? -2.2 : 2.2),
      regimeOf('5m', at(0), at(0.5), at(0.25), at(0), long ? -1 : 1),
      regimeOf('15m', at(0), at(-0.5), at(-1), at(-2), long ? 0.5 : -0.5),
    ],
    microstructure: {
      signal: long ? 'bullish' : 'bearish',
      fastZ: long ? 2.5 : -2.5,
      slowZ: long ? 1 : -1,
      mid: 100,
      flipSpread: 0.01,
    },
    session: {
      scope: 'session',
      poc: at(2),
      pocRunnerUp: 0.6,
      valueAreaLow: valueArea.low,
      valueAreaHigh: valueArea.high,
      volume: 10_000,
    },
    previousSession: null,
    bounce: { strength: 0.8, volumeRatio: 2 },
    zones: [
      {
        id: zoneId('zone-entry'),
        instrument,
        timeframe: '15m',
        kind: long ? 'demand' : 'supply',
        origin: 'rejection',
        ...band(-0.5, -0.1),
        strength: 70,
        status: 'fresh',
        touches: 0,
        firstSeenUs: timeUs - 3_600_000_000,
        lastTestedUs: 0,
      },
      {
        id: zoneId('zone-target'),
        instrument,
        timeframe: '15m',
        kind: long ? 'supply' : 'demand',
        origin: 'base-impulse',
        ...band(1.5, 2),
        strength: 60,
        status: 'fresh',
        touches: 0,
        firstSeenUs: timeUs - 7_200_000_000,
        lastTestedUs: 0,
      },
    ],
    gaps: [
      {
        id: gapId('gap-ahead'),
        instrument,
        timeframe: '5m',
        kind: long ? 'bullish' : 'bearish',
        ...band(0.5, 0.8),
        filled: 0,
        status: 'open',
        createdUs: timeUs - 1_800_000_000,
        filledUs: 0,
      },
    ],
  };
}

function flowOf(window: FlowWindow, imbalance: number): OrderFlow {
  const sellVolume = 100 / (1 + imbalance);
  const buyVolume = 100 - sellVolume;
  return {
    window,
    buyVolume,
    sellVolume,
    buyTrades: 150,
    sellTrades: 150,
    delta: buyVolume - sellVolume,
    imbalance,
    boundedImbalance: (buyVolume - sellVolume) / 100,
  };
}

function regimeOf(
  timeframe: Timeframe,
  close: number,
  ema20: number,
  ema50: number,
  ema200: number,
  deviation: number,
): Regime {
  return {
    timeframe,
    bars: 300,
    close,
    ema20,
    ema50,
    ema200,
    adx14: 25,
    atr14: 0.8,
    atrPercent: 0.8,
    persistence: 0.6,
    meanReversion: 0.4,
    autocorrelation: 0.1,
    deviation,
  };
}
