import type { BarReadingInHand, ClosedBar } from '@algo/model';
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
  /** Those that were looked at; undefined where nobody has. */
  readonly #known: (number | null | undefined)[];
  #all: readonly (number | null)[] | null = null;

  constructor(series: BarSeries, last: ClosedBar | null, features: FeatureSet) {
    this.timeframe = series.timeframe;
    this.bars = series.bars;
    this.last = last;
    this.#series = series;
    this.#features = features;
    this.#known = features.names.map(() => undefined);
  }

  get values() {
    this.#all ??= this.#features.names.map((_, index) => this.valueAt(index));
    return this.#all;
  }

  valueAt(index: number): number | null {
    const value = this.#known[index];
    return value === undefined ? this.#workOut(index) : value;
  }

  #workOut(index: number): number | null {
    if (this.#series.bars !== this.bars)
      throw new Error(`features of old bars of ${this.timeframe} are asked for, after ${this.bars}`);
    const value = this.#features.valueAt(index);
    this.#known[index] = value;
    return value;
  }
}
