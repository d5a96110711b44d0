import { meanReversionStrength, REVERSION_CLOSES } from '@algo/indicators';
import type { FeatureFamily } from './feature.ts';

/** How soon closes far from EMA 20 came back, within the last 50. *Units*: 0.3 slowly – 0.9 at once. */
export const meanReversion: FeatureFamily = {
  name: 'mean_reversion',
  parameters: [],
  make: () => ({
    kind: 'looking',
    inputs: ['close', 'ema_20'],
    warmUpBars: 1, // the document calls it 0.5 while there are too few closes
    read: ({ series, priceStep }, [ema]) =>
      series.kept === 0
        ? null
        : meanReversionStrength(series.last(series.close, REVERSION_CLOSES), (ema ?? 0) / priceStep),
  }),
};
