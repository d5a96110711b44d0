import { Atr } from '@algo/indicators';
import { type FeatureFamily, running } from './feature.ts';
import { RangeState } from './range-state.ts';

/** Average true range. *Units*: quote. */
export const atr: FeatureFamily = {
  name: 'atr',
  parameters: [{ name: 'bars', min: 2, max: 1_000, usual: 14 }],
  make: (bars = 14) =>
    running(
      { inputs: ['high', 'low', 'close'], warmUpBars: bars + 1 },
      `atr_${bars}`,
      () => new RangeState(new Atr(bars)),
      (state) => state.indicator.value,
    ),
};
