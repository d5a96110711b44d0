import { type ClosedBar, type InstrumentId, TIMEFRAME_US, TIMEFRAMES, type TimeUs } from '@algo/model';
import { BarSeries, type StepBar } from './bar-series.ts';
import { BarsInHand } from './bars-in-hand.ts';
import { candleOf } from './candle-of.ts';
import { ClassicRules } from './classic/classic-rules.ts';
import type { FeatureFamily } from './features/feature.ts';
import { FeatureSet } from './features/feature-set.ts';
import type { InSteps, Resolution } from './resolution.ts';
import { RobustRules } from './robust/robust-rules.ts';
import { type AnalyticsSink, NOBODY } from './rows.ts';
import type { Rules } from './rules.ts';
import type { AnalyticsSettings } from './settings.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot.ts';
import type { TradeRing } from './trade-ring.ts';

/** The closed bars of all timeframes, the features asked of them, and what the rules draw on them. */
export class ClosedBars implements InSteps {
  /** Null where the settings don't ask for these rules. */
  readonly classic: ClassicRules | null;
  readonly robust: RobustRules | null;
  /** Those of them that are asked for. */
  readonly rules: readonly Rules[];
  readonly #instrument: InstrumentId;
  readonly #resolution: Resolution;
  readonly #series = TIMEFRAMES.map((timeframe) => new BarSeries(timeframe));
  /** By number in TIMEFRAMES; none where nobody asked. */
  readonly #features: readonly (FeatureSet | null)[];
  /** The last reading of each timeframe, kept until its next bar closes. */
  #readings: readonly BarsInHand[] = [];
  #areRead = false;

  /** `orders` counts taker orders since the start. *Errors*: InputError naming a feature. */
  constructor(
    settings: AnalyticsSettings,
    resolution: Resolution,
    families: readonly FeatureFamily[],
    ring: TradeRing,
    orders: () => number,
  ) {
    const { instrument, features, rules, timeframes } = settings;
    this.#instrument = instrument;
    this.#resolution = resolution;
    this.#features = this.#series.map((series) =>
      timeframes.includes(series.timeframe) ? new FeatureSet(features, series, resolution, families) : null,
    );
    const has = (name: string) => rules.some((rule) => rule === name);
    this.classic = has('classic')
      ? new ClassicRules(instrument, this.#series, resolution, settings, ring)
      : null;
    this.robust = has('robust')
      ? new RobustRules(instrument, this.#series, resolution, settings, orders)
      : null;
    this.rules = [this.classic, this.robust].filter((each) => each !== null);
  }

  /** Takes a bar of timeframe number `f` that is over. */
  onBar(f: number, bar: StepBar, sink: AnalyticsSink): void {
    sink.onCandle(candleOf(this.#instrument, f, bar, this.#resolution));
    this.#push(f, bar);
    const endUs = bar.openTimeUs + TIMEFRAME_US[TIMEFRAMES[f]!];
    this.classic?.onBar(f, endUs, sink);
    this.robust?.onBar(f, endUs, sink);
  }

  /**
   * Takes closed bars of somebody else: averages go on over them, and rules that look at nothing but bars
   * draw on them without saying so. Returns those that are behind what it has; the others stand already.
   */
  warm(f: number, bars: readonly StepBar[]): readonly StepBar[] {
    const series = this.#series[f]!;
    const lastUs = series.bars === 0 ? 0 : series.openTime[series.slot(0)]!;
    const fresh = bars.filter(({ openTimeUs }) => openTimeUs > lastUs);
    for (const bar of fresh) {
      this.#push(f, bar);
      this.classic?.onBar(f, bar.openTimeUs + series.lengthUs, NOBODY);
      this.robust?.onWarmBar(f);
    }
    return fresh;
  }

  /** Trades between two times are lost. Says which bars were complete until now, the shortest first. */
  doubt(fromUs: TimeUs, toUs: TimeUs, timeUs: TimeUs, sink: AnalyticsSink): void {
    const instrument = this.#instrument;
    for (const series of this.#series)
      for (const openTimeUs of series.doubt(fromUs, toUs))
        sink.onDoubt({ instrument, timeframe: series.timeframe, openTimeUs, timeUs });
  }

  /** Returns what each timeframe's bars say. */
  readings(): readonly BarsInHand[] {
    if (!this.#areRead) this.#read();
    return this.#readings;
  }

  rescale(priceFactor: number, quantityFactor: number): void {
    for (const series of this.#series) series.rescale(priceFactor, quantityFactor);
    this.classic?.rescale(priceFactor, quantityFactor);
    this.robust?.rescale(priceFactor, quantityFactor);
  }

  save(to: SnapshotWriter): void {
    for (const part of [...this.#series, ...this.#features]) part?.save(to);
    this.classic?.save(to);
    this.robust?.save(to);
  }

  load(from: SnapshotReader): void {
    for (const part of [...this.#series, ...this.#features]) part?.load(from);
    this.#readings = [];
    this.#areRead = false;
    this.classic?.load(from);
    this.robust?.load(from);
  }

  #push(f: number, bar: StepBar): void {
    this.#series[f]!.push(bar);
    const features = this.#features[f];
    if (features == null) return;
    features.onBar(bar);
    this.#areRead = false;
  }

  #read(): void {
    this.#areRead = true;
    const before = this.#readings;
    this.#readings = this.#series.flatMap((series, f) => {
      const features = this.#features[f];
      if (features == null) return [];
      const { timeframe, bars } = series;
      const kept = before.find((reading) => reading.timeframe === timeframe);
      return kept?.bars === bars ? kept : new BarsInHand(series, this.#last(series), features);
    });
  }

  #last(series: BarSeries): ClosedBar | null {
    if (series.bars === 0) return null;
    const { price, quantity } = this.#resolution;
    const slot = series.slot(0);
    return {
      openTimeUs: series.openTime[slot]!,
      open: price.toValue(series.open[slot]!),
      high: price.toValue(series.high[slot]!),
      low: price.toValue(series.low[slot]!),
      close: price.toValue(series.close[slot]!),
      volume: quantity.toValue(series.volume[slot]!),
    };
  }
}
