import { Ema } from '@algo/indicators';
import { type BarValues, type FeatureFamily, running } from './feature.ts';

/** Average of the closes that weighs new ones more, over all closes since the start. *Units*: quote. */
export const ema: FeatureFamily = {
  name: 'ema',
  parameters: [{ name: 'bars', min: 2, max: 10_000, usual: 20 }],
  make: (bars = 20) =>
    running(
      { inputs: ['close'], warmUpBars: bars },
      `ema_${bars}`,
      () => new CloseEma(bars),
      (state) => state.value,
    ),
};

class CloseEma {
  readonly #ema: Ema;

  constructor(bars: number) {
    this.#ema = new Ema(bars);
  }

  get value(): number | null {
    return this.#ema.value;
  }

  update({ close }: BarValues): void {
    this.#ema.update(close);
  }

  snapshot(): readonly number[] {
    return this.#ema.snapshot();
  }

  restore(state: readonly number[]): void {
    this.#ema.restore(state);
  }
}
