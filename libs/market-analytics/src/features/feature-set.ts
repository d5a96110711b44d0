import type { BarSeries, StepBar } from '../bar-series.ts';
import type { Resolution } from '../resolution.ts';
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import type { BarState, FeatureFamily } from './feature.ts';
import { featuresNamed, type NamedFeature } from './feature-named.ts';
import { FEATURE_FAMILIES } from './registry.ts';

const NOTHING: readonly null[] = [];

/** The features of one timeframe that somebody has asked for. */
export class FeatureSet {
  /** Those that were asked for. */
  readonly names: readonly string[];
  readonly #series: BarSeries;
  readonly #resolution: Resolution;
  readonly #features: readonly NamedFeature[];
  /** Where in `#features` each name that was asked for stands, and what each one reads. */
  readonly #asked: readonly number[];
  readonly #needs: readonly (readonly number[])[];
  readonly #states = new Map<string, BarState>();
  /** Each feature's value, and of how many bars it is. */
  readonly #values: (number | null)[];
  readonly #valuesAt: number[];

  /** *Errors*: InputError naming a feature that is unknown or impossible. */
  constructor(
    names: readonly string[],
    series: BarSeries,
    resolution: Resolution,
    families: readonly FeatureFamily[] = FEATURE_FAMILIES,
  ) {
    this.names = names;
    this.#series = series;
    this.#resolution = resolution;
    this.#features = featuresNamed(names, families);
    const place = (name: string) => this.#features.findIndex((named) => named.name === name);
    this.#asked = names.map(place);
    this.#needs = this.#features.map(({ needs }) => needs.map(place));
    this.#values = this.#features.map(() => null);
    this.#valuesAt = this.#features.map(() => -1);
    for (const { feature } of this.#features)
      if (feature.kind === 'running' && !this.#states.has(feature.key))
        this.#states.set(feature.key, feature.start());
  }

  /** Takes the bar that the series has just taken. */
  onBar(bar: StepBar): void {
    if (this.#states.size === 0) return;
    const { price, quantity } = this.#resolution;
    const values = {
      open: price.toValue(bar.open),
      high: price.toValue(bar.high),
      low: price.toValue(bar.low),
      close: price.toValue(bar.close),
      volume: quantity.toValue(bar.buy + bar.sell),
    };
    for (const state of this.#states.values()) state.update(values);
  }

  /** Returns one value for each name, as the last closed bar left it; null not available. */
  values(): readonly (number | null)[] {
    return this.#asked.map((place) => this.#valueOf(place));
  }

  /** Returns the value of one of the names alone. */
  valueAt(index: number): number | null {
    return this.#valueOf(this.#asked[index]!);
  }

  #valueOf(place: number): number | null {
    if (this.#valuesAt[place] === this.#series.bars) return this.#values[place]!;
    const { feature } = this.#features[place]!;
    let value: number | null;
    if (feature.kind === 'running') value = feature.read(this.#states.get(feature.key)!);
    else {
      const needs = this.#needs[place]!;
      const bars = { series: this.#series, priceStep: this.#resolution.price.step };
      value = feature.read(bars, needs.length === 0 ? NOTHING : needs.map((need) => this.#valueOf(need)));
    }
    this.#values[place] = value;
    this.#valuesAt[place] = this.#series.bars;
    return value;
  }

  save(to: SnapshotWriter): void {
    for (const state of this.#states.values()) to.numbers(state.snapshot());
  }

  load(from: SnapshotReader): void {
    for (const state of this.#states.values()) state.restore([...from.numbers()]);
    this.#valuesAt.fill(-1);
  }
}
