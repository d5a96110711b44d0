import {
  type Check,
  type Direction,
  featureOf,
  type MarketState,
  type RuleSet,
  type Timeframe,
} from '@algo/model';
import { available, gate } from '../check.ts';

/** When a market trends. *Units*: ADX 0–100, ATR % of the mean close, the others 0–1. */
export interface RegimeThresholds {
  readonly adxMin: number;
  readonly atrPercentMin: number;
  readonly persistenceMin: number;
  readonly meanReversionMax: number;
}

/** The owner's numbers. *Source*: spec 4, level 1. */
export const CLASSIC_REGIME: RegimeThresholds = {
  adxMin: 20,
  atrPercentMin: 0.5,
  persistenceMin: 0.55,
  meanReversionMax: 0.6,
};

/** Returns the features that level 1 reads, by either set of rules. */
export function regimeFeatures(rules: RuleSet): readonly string[] {
  const lean = ['ema_20', 'ema_50', 'ema_200', 'adx_14'];
  return rules === 'classic'
    ? [...lean, 'atr_percent', 'hurst', 'mean_reversion']
    : [...lean, 'variance_ratio_z'];
}

/** Null direction is a ranging market, or one that is not known well enough to call. */
export interface RegimeVerdict {
  readonly direction: Direction | null;
  readonly checks: () => readonly Check[];
}

/**
 * Level 1 by the document: which way the longest timeframe trends. Ranging when ADX < 20, ATR % < 0.5,
 * persistence < 0.55 or mean-reversion strength > 0.6; otherwise long when EMA20 > EMA50 > EMA200 and price >
 * EMA20, short when mirrored. Example: ADX 25, ATR 0.8 %, persistence 0.6, mean reversion 0.4, EMAs 99.5 > 99
 * > 98 and price 100 → long; with ADX 19.9 → ranging. A value exactly on its threshold passes; equal EMAs do
 * not.
 */
export function regimeLevel(
  state: MarketState,
  timeframe: Timeframe,
  thresholds: RegimeThresholds = CLASSIC_REGIME,
): RegimeVerdict {
  const { adxMin, atrPercentMin, persistenceMin, meanReversionMax } = thresholds;
  // Most markets fail at the first: the others are read where they count, or where somebody reads the record.
  const isTrending =
    isAtLeast(read(state, timeframe, 'adx_14'), adxMin) &&
    isAtLeast(read(state, timeframe, 'atr_percent'), atrPercentMin) &&
    isAtLeast(read(state, timeframe, 'hurst'), persistenceMin) &&
    isAtMost(read(state, timeframe, 'mean_reversion'), meanReversionMax);
  return {
    direction: isTrending ? readLean(state, timeframe).direction : null,
    checks() {
      const gates = [
        ['regime.adx', 'adx_14', adxMin, isAtLeast, 'ADX(14)'],
        ['regime.atr_percent', 'atr_percent', atrPercentMin, isAtLeast, 'ATR %'],
        ['regime.persistence', 'hurst', persistenceMin, isAtLeast, 'Hurst over 100'],
        ['regime.mean_reversion', 'mean_reversion', meanReversionMax, isAtMost, 'mean-reversion strength'],
      ] as const;
      return [
        ...gates.map(([name, feature, threshold, holds, words]) =>
          gate(
            name,
            read(state, timeframe, feature),
            threshold,
            (x) => holds(x, threshold),
            `${words} on ${timeframe}`,
          ),
        ),
        ...readLean(state, timeframe).checks(),
      ];
    },
  };
}

function read(state: MarketState, timeframe: Timeframe, feature: string): number | null {
  return available(featureOf(state, timeframe, feature));
}

function isAtLeast(value: number | null, least: number): boolean {
  return value !== null && value >= least;
}

function isAtMost(value: number | null, most: number): boolean {
  return value !== null && value <= most;
}

/** ADX that shows a trend by itself, and how sure a variance ratio must be: one-sided, at 5 %. */
const ROBUST_ADX = 25;
const ROBUST_Z = 1.65;

/**
 * Level 1 by the robust rules: the averages are in order, and the trend shows in its strength (ADX ≥ 25) or
 * in returns that go on (variance ratio above 1 beyond chance, z > 1.65), while they don't come back (z ≥
 * −1.65). Example: averages rising, ADX 22 and z 2.0 → long; ADX 30 and z −1.7 → ranging.
 */
export function robustRegimeLevel(state: MarketState, timeframe: Timeframe): RegimeVerdict {
  const adx = read(state, timeframe, 'adx_14');
  const z = read(state, timeframe, 'variance_ratio_z');
  const lean = readLean(state, timeframe);
  const isTrending = (adx !== null && adx >= ROBUST_ADX) || (z !== null && z > ROBUST_Z);
  const comesBack = z === null || z < -ROBUST_Z;
  return {
    direction: isTrending && !comesBack ? lean.direction : null,
    checks: () => [
      gate(
        'regime.adx',
        adx,
        ROBUST_ADX,
        () => isTrending,
        `ADX(14) on ${timeframe}, or z beyond ${ROBUST_Z}`,
      ),
      gate('regime.persistence', z, -ROBUST_Z, () => !comesBack, `z of the variance ratio on ${timeframe}`),
      ...lean.checks(),
    ],
  };
}

/** Reads which way the averages lie, and price before them: EMA20, 50 and 200 in order. */
function readLean(state: MarketState, timeframe: Timeframe): RegimeVerdict {
  const ema20 = read(state, timeframe, 'ema_20');
  const ema50 = read(state, timeframe, 'ema_50');
  const ema200 = read(state, timeframe, 'ema_200');
  const { price } = state;
  const lean = ema20 === null || ema50 === null ? 0 : Math.sign(ema20 - ema50);
  const isOrdered = ema50 !== null && ema200 !== null && lean !== 0 && Math.sign(ema50 - ema200) === lean;
  const isAhead = ema20 !== null && lean !== 0 && Math.sign(price - ema20) === lean;
  const direction = isOrdered && isAhead ? (lean > 0 ? 'long' : 'short') : null;
  const side = lean > 0 ? 'above' : 'below';
  return {
    direction,
    checks: () => [
      gate('regime.ema20', ema20, ema50, () => lean !== 0, `EMA20 ${side} EMA50`),
      gate('regime.ema50', ema50, ema200, () => isOrdered, `EMA50 must be ${side} EMA200`),
      gate('regime.price', price, ema20, () => isAhead, `price must be ${side} EMA20`),
    ],
  };
}
