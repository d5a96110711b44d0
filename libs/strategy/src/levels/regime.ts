import type { Check, Direction, MarketState, Timeframe } from '@algo/model';
import { allPass, available, gate } from '../check.ts';

/** When a market trends. *Units*: ADX 0–100, ATR % of close, the others 0–1. */
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
  readonly checks: readonly Check[];
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
  const regime = state.regimes.find((candidate) => candidate.timeframe === timeframe);
  const ema20 = available(regime?.ema20);
  const ema50 = available(regime?.ema50);
  const ema200 = available(regime?.ema200);
  const lean = ema20 === null || ema50 === null ? 0 : Math.sign(ema20 - ema50);
  const side = lean > 0 ? 'above' : 'below';
  const { adxMin, atrPercentMin, persistenceMin, meanReversionMax } = thresholds;
  const checks = [
    gate('regime.adx', regime?.adx14, adxMin, (x) => x >= adxMin, `ADX(14) on ${timeframe}`),
    gate(
      'regime.atr_percent',
      regime?.atrPercent,
      atrPercentMin,
      (x) => x >= atrPercentMin,
      `ATR % on ${timeframe}`,
    ),
    gate(
      'regime.persistence',
      regime?.persistence,
      persistenceMin,
      (x) => x >= persistenceMin,
      `Hurst over 100 on ${timeframe}`,
    ),
    gate(
      'regime.mean_reversion',
      regime?.meanReversion,
      meanReversionMax,
      (x) => x <= meanReversionMax,
      `mean-reversion strength on ${timeframe}`,
    ),
    gate('regime.ema20', ema20, ema50, () => lean !== 0, `EMA20 ${side} EMA50`),
    gate(
      'regime.ema50',
      ema50,
      ema200,
      (x) => lean !== 0 && ema200 !== null && Math.sign(x - ema200) === lean,
      `EMA50 must be ${side} EMA200`,
    ),
    gate(
      'regime.price',
      state.price,
      ema20,
      (x) => lean !== 0 && ema20 !== null && Math.sign(x - ema20) === lean,
      `price must be ${side} EMA20`,
    ),
  ];
  if (!allPass(checks)) return { direction: null, checks };
  return { direction: lean > 0 ? 'long' : 'short', checks };
}
