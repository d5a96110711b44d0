import type { BarReading, ClosedBar } from '@algo/model';
import type { BarSeries } from './bar-series.ts';
import type { FeatureSet } from './features/feature-set.ts';

/**
 * What the bars of a timeframe say, until the next one closes; features are worked out when somebody looks.
 * *Errors*: looking at them for the first time behind the next bar.
 */
export class BarsInHand implements BarReading {
  readonly timeframe: BarReading['timeframe'];
  readonly bars: number;
  readonly last: ClosedBar | null;
  readonly #series: BarSeries;
  readonly #features: FeatureSet;
  #values: readonly (number | null)[] | null = null;
  #whole: BarReading | null = null;

  constructor(series: BarSeries, last: ClosedBar | null, features: FeatureSet) {
    this.timeframe = series.timeframe;
    this.bars = series.bars;
    this.last = last;
    this.#series = series;
    this.#features = features;
  }

  get values() {
    if (this.#values !== null) return this.#values;
    if (this.#series.bars !== this.bars)
      throw new Error(`features of old bars of ${this.timeframe} are asked for, after ${this.bars}`);
    this.#values = this.#features.values();
    return this.#values;
  }

  /** Returns the same with everything worked out, to be kept. */
  whole(): BarReading {
    const { timeframe, bars, last, values } = this;
    this.#whole ??= { timeframe, bars, last, values };
    return this.#whole;
  }
}
