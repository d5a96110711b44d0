import type { FeatureFamily } from './feature.ts';

/** The last bar's volume ÷ the mean of the 19 before it; null where those had none. */
export const volumeSpike: FeatureFamily = {
  name: 'volume_spike',
  parameters: [{ name: 'before', min: 1, max: 255, usual: 19 }],
  make: (before = 19) => ({
    kind: 'looking',
    inputs: ['volume'],
    warmUpBars: before + 1,
    read({ series }) {
      const volumes = series.last(series.volume, before + 1);
      if (volumes.length <= before) return null;
      const newest = volumes[before]!;
      const earlier = volumes.reduce((total, volume) => total + volume, 0) - newest;
      return earlier > 0 ? (newest * before) / earlier : null;
    },
  }),
};
