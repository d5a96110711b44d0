import type { BarState, BarValues } from './feature.ts';

/** An indicator that takes a bar's range and close. */
interface RangeIndicator {
  update(high: number, low: number, close: number): void;
  snapshot(): readonly number[];
  restore(state: readonly number[]): void;
}

/** The state of a feature that such an indicator is all of. */
export class RangeState<Indicator extends RangeIndicator> implements BarState {
  readonly indicator: Indicator;

  constructor(indicator: Indicator) {
    this.indicator = indicator;
  }

  update({ high, low, close }: BarValues): void {
    this.indicator.update(high, low, close);
  }

  snapshot(): readonly number[] {
    return this.indicator.snapshot();
  }

  restore(state: readonly number[]): void {
    this.indicator.restore(state);
  }
}
