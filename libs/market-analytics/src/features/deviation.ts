import { distanceInDeviations } from '@algo/indicators';
import type { FeatureFamily } from './feature.ts';

/** (Close − EMA 20) in standard deviations of the last closes, 50 or so many as the name says. */
export const deviation: FeatureFamily = {
  name: 'deviation',
  parameters: [{ name: 'closes', min: 20, max: 256, usual: 50 }],
  make: (closes = 50) => ({
    kind: 'looking',
    inputs: ['close', 'ema_20'],
    warmUpBars: 20,
    read: ({ series, priceStep }, [ema]) =>
      ema === null || ema === undefined
        ? null
        : distanceInDeviations(series.last(series.close, closes), closes, ema / priceStep),
  }),
};
