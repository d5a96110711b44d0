import { type Check, type Direction, featureOf, type MarketState, type Timeframe } from '@algo/model';
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

/** Null direction is a ranging market, or one that is not known well enough to call. */
export interface RegimeVerdict {
  readonly direction: Direction | null;
  readonly checks: () => readonly Check[];
}

/**
 * Level 1: which way the longest timeframe trends. Ranging when ADX < 20, ATR % < 0.5, persistence < 0.55 or
 * mean-reversion strength > 0.6; otherwise long when EMA20 > EMA50 > EMA200 and price > EMA20, short when
 * mirrored. Example: ADX 25, ATR 0.8 %, persistence 0.6, mean reversion 0.4, EMAs 99.5 > 99 > 98 and price
 * 100 → long; with ADX 19.9 → ranging. A value exactly on its threshold passes; equal EMAs do not.
 */
export function regimeLevel(
  state: MarketState,
  timeframe: Timeframe,
  thresholds: RegimeThresholds = CLASSIC_REGIME,
): RegimeVerdict {
  const read = (name: string) => available(featureOf(state, timeframe, name));
  const adx = read('adx_14');
  const atrPercent = read('atr_percent');
  const hurst = read('hurst');
  const reversion = read('mean_reversion');
  const [ema20, ema50, ema200] = [read('ema_20'), read('ema_50'), read('ema_200')];
  const { adxMin, atrPercentMin, persistenceMin, meanReversionMax } = thresholds;
  const { price } = state;
  const lean = ema20 === null || ema50 === null ? 0 : Math.sign(ema20 - ema50);
  const isOrdered = ema50 !== null && ema200 !== null && lean !== 0 && Math.sign(ema50 - ema200) === lean;
  const isAhead = ema20 !== null && lean !== 0 && Math.sign(price - ema20) === lean;
  const isStrong = adx !== null && adx >= adxMin && atrPercent !== null && atrPercent >= atrPercentMin;
  const isPersistent = hurst !== null && hurst >= persistenceMin;
  const staysAway = reversion !== null && reversion <= meanReversionMax;
  const direction = isStrong && isPersistent && staysAway && isOrdered && isAhead ? sideOf(lean) : null;
  const side = lean > 0 ? 'above' : 'below';
  const checks = () => [
    gate('regime.adx', adx, adxMin, (x) => x >= adxMin, `ADX(14) on ${timeframe}`),
    gate('regime.atr_percent', atrPercent, atrPercentMin, (x) => x >= atrPercentMin, `ATR % on ${timeframe}`),
    gate('regime.persistence', hurst, persistenceMin, () => isPersistent, `Hurst over 100 on ${timeframe}`),
    gate(
      'regime.mean_reversion',
      reversion,
      meanReversionMax,
      () => staysAway,
      `mean-reversion strength on ${timeframe}`,
    ),
    gate('regime.ema20', ema20, ema50, () => lean !== 0, `EMA20 ${side} EMA50`),
    gate('regime.ema50', ema50, ema200, () => isOrdered, `EMA50 must be ${side} EMA200`),
    gate('regime.price', price, ema20, () => isAhead, `price must be ${side} EMA20`),
  ];
  return { direction, checks };
}

function sideOf(lean: number): Direction {
  return lean > 0 ? 'long' : 'short';
}
