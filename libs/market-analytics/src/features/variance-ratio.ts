import { type VarianceRatio, varianceRatio as varianceRatioOf } from '@algo/indicators';
import type { BarSeries } from '../bar-series.ts';
import type { Feature, FeatureFamily } from './feature.ts';

/** Closes that the ratio is taken over. */
const CLOSES = 256;
const PARAMETERS = [{ name: 'horizon', min: 2, max: 32, usual: 4 }];

interface Kept {
  readonly bars: number;
  readonly ratio: VarianceRatio | null;
}

/** What each series last said over each horizon: two features are read from it. */
const kept = new WeakMap<BarSeries, Map<number, Kept>>();

function ratioOf(series: BarSeries, horizon: number): VarianceRatio | null {
  const ofSeries = kept.get(series) ?? new Map<number, Kept>();
  kept.set(series, ofSeries);
  let found = ofSeries.get(horizon);
  if (found?.bars !== series.bars) {
    const ratio = varianceRatioOf(series.last(series.logReturn, CLOSES - 1), horizon);
    found = { bars: series.bars, ratio };
    ofSeries.set(horizon, found);
  }
  return found.ratio;
}

function of(horizon: number, read: (ratio: VarianceRatio) => number): Feature {
  return {
    kind: 'looking',
    inputs: ['close'],
    warmUpBars: CLOSES,
    read({ series }) {
      if (series.kept < CLOSES) return null;
      const ratio = ratioOf(series, horizon);
      return ratio && read(ratio);
    },
  };
}

/** Variance of returns over some bars ÷ that of one, scaled: above 1 moves go on, below they come back. */
export const varianceRatio: FeatureFamily = {
  name: 'variance_ratio',
  parameters: PARAMETERS,
  make: (horizon = 4) => of(horizon, ({ ratio }) => ratio),
};

/** How sure that ratio is: beyond ±1.65 it is no accident at 5 %. */
export const varianceRatioZ: FeatureFamily = {
  name: 'variance_ratio_z',
  parameters: PARAMETERS,
  make: (horizon = 4) => of(horizon, ({ z }) => z),
};
