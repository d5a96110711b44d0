import { atr } from './atr.ts';
import { atrPercent } from './atr-percent.ts';
import { autocorrelation } from './autocorrelation.ts';
import { deviation } from './deviation.ts';
import { adx, minusDi, plusDi } from './directional.ts';
import { ema } from './ema.ts';
import type { FeatureFamily } from './feature.ts';
import { halfLife } from './half-life.ts';
import { hurst } from './hurst.ts';
import { meanReversion } from './mean-reversion.ts';
import { varianceRatio, varianceRatioZ } from './variance-ratio.ts';
import { volumeSpike } from './volume-spike.ts';

/** Every family of features that there is. A new one is a file beside this one and a line here. */
export const FEATURE_FAMILIES: readonly FeatureFamily[] = [
  ema,
  adx,
  plusDi,
  minusDi,
  atr,
  atrPercent,
  hurst,
  meanReversion,
  autocorrelation,
  deviation,
  volumeSpike,
  varianceRatio,
  varianceRatioZ,
  halfLife,
];

/**
 * What is computed where nobody asks for anything else: all that the shipped strategies read, and more. Each
 * has a number in `FeatureName` of the protos; a name without one travels as text.
 */
export const USUAL_FEATURES = [
  ...(['ema_20', 'ema_50', 'ema_200', 'adx_14', 'plus_di_14', 'minus_di_14', 'atr_14'] as const),
  ...(['atr_percent', 'hurst', 'mean_reversion', 'autocorrelation', 'deviation_50'] as const),
  ...(['deviation_20', 'volume_spike', 'variance_ratio', 'variance_ratio_z', 'ou_half_life'] as const),
];
