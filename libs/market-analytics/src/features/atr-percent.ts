import type { FeatureFamily } from './feature.ts';

/** Closes whose mean the range is compared with. */
const MEAN_CLOSES = 20;

/** The average true range ÷ the mean of the last 20 closes. *Units*: %. */
export const atrPercent: FeatureFamily = {
  name: 'atr_percent',
  parameters: [{ name: 'bars', min: 2, max: 1_000, usual: 14 }],
  make: (bars = 14) => ({
    kind: 'looking',
    inputs: [`atr_${bars}`, 'close'],
    warmUpBars: Math.max(bars + 1, MEAN_CLOSES),
    read({ series, priceStep }, [atr]) {
      if (atr === null || atr === undefined || series.kept < MEAN_CLOSES) return null;
      const sum = series.last(series.close, MEAN_CLOSES).reduce((total, close) => total + close, 0);
      return (100 * atr) / ((sum * priceStep) / MEAN_CLOSES);
    },
  }),
};
