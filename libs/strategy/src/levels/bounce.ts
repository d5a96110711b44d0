import type { Check, MarketState } from '@algo/model';
import { allPass, gate } from '../check.ts';

/** *Units*: strength 0–1, volume as a multiple of the mean of the 19 bars before. */
export interface BounceThresholds {
  readonly strengthMin: number;
  readonly volumeRatioMin: number;
}

/** The owner's numbers. *Source*: spec 4, level 4. */
export const CLASSIC_BOUNCE: BounceThresholds = { strengthMin: 0.7, volumeRatioMin: 1.5 };

export interface BounceVerdict {
  readonly passed: boolean;
  readonly strength: number | null;
  readonly checks: readonly Check[];
}

/**
 * Level 4: the fastest timeframe bounces off the zone with strength > 0.7 on volume > 1.5 × the mean of the
 * 19 bars before. Example: strength 0.8 and ratio 2.0 → passes; strength 0.7 or ratio 1.5 exactly → does not.
 */
export function bounceLevel(
  state: MarketState,
  thresholds: BounceThresholds = CLASSIC_BOUNCE,
): BounceVerdict {
  const { strengthMin, volumeRatioMin } = thresholds;
  const checks = [
    gate(
      'bounce.strength',
      state.bounce.strength,
      strengthMin,
      (x) => x > strengthMin,
      'rejection off the zone',
    ),
    gate(
      'bounce.volume_ratio',
      state.bounce.volumeRatio,
      volumeRatioMin,
      (x) => x > volumeRatioMin,
      'last bar ÷ mean of the 19 before',
    ),
  ];
  return { passed: allPass(checks), strength: state.bounce.strength, checks };
}
