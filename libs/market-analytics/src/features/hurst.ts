import { HURST_PRICES, hurstOfReturns } from '@algo/indicators';
import type { FeatureFamily } from './feature.ts';

/** Hurst exponent of the last 100 closes: above 0.5 moves go on, below they come back. *Units*: 0–1. */
export const hurst: FeatureFamily = {
  name: 'hurst',
  parameters: [],
  make: () => ({
    kind: 'looking',
    inputs: ['close'],
    warmUpBars: 1, // the document calls it 0.5 while there are too few closes
    read({ series }) {
      if (series.kept === 0) return null;
      const returns = Math.min(series.kept, HURST_PRICES) - 1;
      return hurstOfReturns(series.last(series.logReturn, returns));
    },
  }),
};
