import { lagOneAutocorrelation } from '@algo/indicators';
import type { FeatureFamily } from './feature.ts';

/** Correlation of each return with the one before, over the last 99. *Units*: −1 to 1. */
export const autocorrelation: FeatureFamily = {
  name: 'autocorrelation',
  parameters: [{ name: 'returns', min: 20, max: 250, usual: 99 }],
  make: (returns = 99) => ({
    kind: 'looking',
    inputs: ['close'],
    warmUpBars: 21,
    read: ({ series }) => {
      const known = Math.min(returns, series.kept - 1);
      return known < 1 ? null : lagOneAutocorrelation(series.last(series.logReturn, known));
    },
  }),
};
