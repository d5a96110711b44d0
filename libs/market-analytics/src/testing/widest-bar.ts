// A feature as somebody else would write it: this file, and a line in a list of families.
import type { FeatureFamily } from '../features/feature.ts';

/** The widest range of the last bars. *Units*: quote. */
export const widestBar: FeatureFamily = {
  name: 'widest_bar',
  parameters: [{ name: 'bars', min: 1, max: 256, usual: 10 }],
  make: (bars = 10) => ({
    kind: 'looking',
    inputs: ['high', 'low'],
    warmUpBars: bars,
    read({ series, priceStep }) {
      if (series.kept < bars) return null;
      const lows = series.last(series.low, bars);
      return Math.max(...series.last(series.high, bars).map((high, i) => high - lows[i]!)) * priceStep;
    },
  }),
};
