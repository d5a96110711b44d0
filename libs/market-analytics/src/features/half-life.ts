import { reversionHalfLife } from '@algo/indicators';
import type { FeatureFamily } from './feature.ts';

/** Bars until a distance of the logarithm of price from its mean halves; null where it does not come back. */
export const halfLife: FeatureFamily = {
  name: 'ou_half_life',
  parameters: [{ name: 'closes', min: 20, max: 256, usual: 100 }],
  make: (closes = 100) => ({
    kind: 'looking',
    inputs: ['close'],
    warmUpBars: closes,
    read: ({ series }) =>
      series.kept < closes ? null : reversionHalfLife(series.last(series.logClose, closes)),
  }),
};
