import {
  barsOf,
  type Check,
  type ClosedBar,
  type Direction,
  featureOf,
  type MarketState,
  type Timeframe,
  wholeSteps,
  type Zone,
} from '@algo/model';
import { available, judged, NOT_AVAILABLE } from '../check.ts';
import { bandTicks } from '../price-ticks.ts';

/** The feature that level 4 reads. */
export const BOUNCE_VOLUME = 'volume_spike';

/** *Units*: strength 0–1, volume as a multiple of the mean of the 19 bars before. */
export interface BounceThresholds {
  readonly strengthMin: number;
  readonly volumeRatioMin: number;
}

/** The owner's numbers. *Source*: spec 4, level 4. */
export const CLASSIC_BOUNCE: BounceThresholds = { strengthMin: 0.7, volumeRatioMin: 1.5 };

export interface BounceVerdict {
  readonly passed: boolean;
  /** Null before a bar has closed. */
  readonly strength: number | null;
  readonly checks: () => readonly Check[];
}

/**
 * Level 4: the last closed bar of the fastest timeframe bounces off the zone of level 2 with strength > 0.7
 * on volume > 1.5 × the mean of the 19 bars before. Example: strength 0.8 and ratio 2.0 → passes; strength
 * 0.7 or ratio 1.5 exactly → does not.
 */
export function bounceLevel(
  state: MarketState,
  timeframe: Timeframe,
  zone: Zone,
  thresholds: BounceThresholds = CLASSIC_BOUNCE,
): BounceVerdict {
  const { strengthMin, volumeRatioMin } = thresholds;
  const last = barsOf(state, timeframe)?.last ?? null;
  const strength = last === null ? null : bounceStrength(last, zone, state);
  const spike = available(featureOf(state, timeframe, BOUNCE_VOLUME));
  const isStrong = strength !== null && strength > strengthMin;
  const isLoud = spike !== null && spike > volumeRatioMin;
  return {
    passed: isStrong && isLoud,
    strength,
    checks() {
      const off = strength === null ? NOT_AVAILABLE : `rejection off ${zone.id} on ${timeframe}`;
      const volume = spike === null ? NOT_AVAILABLE : 'last bar ÷ mean of the 19 before';
      return [
        judged('bounce.strength', strength, strengthMin, isStrong, off),
        judged('bounce.volume_ratio', spike, volumeRatioMin, isLoud, volume),
      ];
    },
  };
}

/**
 * Returns how far a bar came back from a zone, as a share of its range: (close − low) ÷ range off demand,
 * mirrored off supply. 0 when the zone is not older than the bar, when the bar did not reach it, closed
 * beyond its far edge, or has no range. Exact: worked out in whole ticks, so that 7 of 10 is 0.7.
 */
export function bounceStrength(bar: ClosedBar, zone: Zone, state: MarketState): number {
  if (zone.firstSeenUs > bar.openTimeUs) return 0;
  const of = (price: number) => wholeSteps(price, state.priceStep);
  const [high, low, close] = [of(bar.high), of(bar.low), of(bar.close)];
  const band = bandTicks(zone, state);
  const direction: Direction = zone.kind === 'demand' ? 'long' : 'short';
  if (low > band.high || high < band.low || high === low) return 0;
  if (direction === 'long') return close < band.low ? 0 : (close - low) / (high - low);
  return close > band.high ? 0 : (high - close) / (high - low);
}
