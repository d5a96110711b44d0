import type { BarReading, BarReadingInHand, ClosedBar } from '@algo/model';
import type { BarSeries } from './bar-series.ts';
import type { FeatureSet } from './features/feature-set.ts';

/**
 * What the bars of a timeframe say, until the next one closes; features are worked out when somebody looks.
 * *Errors*: looking at them for the first time behind the next bar.
 */
export class BarsInHand implements BarReadingInHand {
  readonly timeframe: BarReadingInHand['timeframe'];
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
    this.#values ??= this.#still().values();
    return this.#values;
  }

  valueAt(index: number): number | null {
    return this.#values === null ? this.#still().valueAt(index) : this.#values[index]!;
  }

  /** Returns the same with everything worked out, to be kept. */
  whole(): BarReading {
    const { timeframe, bars, last, values } = this;
    this.#whole ??= { timeframe, bars, last, values };
    return this.#whole;
  }

  #still(): FeatureSet {
    if (this.#series.bars === this.bars) return this.#features;
    throw new Error(`features of old bars of ${this.timeframe} are asked for, after ${this.bars}`);
  }
}
