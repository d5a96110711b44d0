import { Adx } from '@algo/indicators';
import { type Feature, type FeatureFamily, running } from './feature.ts';
import { RangeState } from './range-state.ts';

const PARAMETERS = [{ name: 'bars', min: 2, max: 1_000, usual: 14 }];

function of(bars: number, warmUpBars: number, read: (adx: Adx) => number | null): Feature {
  return running(
    { inputs: ['high', 'low', 'close'], warmUpBars },
    `adx_${bars}`,
    () => new RangeState(new Adx(bars)),
    (state) => read(state.indicator),
  );
}

/** Average directional index: how strongly price moves one way, whichever. *Units*: 0–100. */
export const adx: FeatureFamily = {
  name: 'adx',
  parameters: PARAMETERS,
  make: (bars = 14) => of(bars, 2 * bars, (state) => state.value),
};

/** +DI: how much of the movement was upward. *Units*: 0–100. */
export const plusDi: FeatureFamily = {
  name: 'plus_di',
  parameters: PARAMETERS,
  make: (bars = 14) => of(bars, bars + 1, (state) => state.plusIndex),
};

/** −DI: how much of the movement was downward. *Units*: 0–100. */
export const minusDi: FeatureFamily = {
  name: 'minus_di',
  parameters: PARAMETERS,
  make: (bars = 14) => of(bars, bars + 1, (state) => state.minusIndex),
};
