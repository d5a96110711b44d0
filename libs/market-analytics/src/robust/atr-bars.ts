import { Atr } from '@algo/indicators';
import { MIN_TRADES } from '@algo/model';
import { type BarSeries, KEPT_BARS } from '../bar-series.ts';
import type { Resolution } from '../resolution.ts';
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';

const ATR_BARS = 14;

/** The closed bars of a timeframe as the robust rules look at them: beside their average true range. */
export class AtrBars {
  readonly series: BarSeries;
  readonly resolution: Resolution;
  readonly #atr = new Atr(ATR_BARS);
  /** As it stood when each bar closed; NaN before it exists. *Units*: quote. */
  readonly #atrs = new Float64Array(KEPT_BARS);

  constructor(series: BarSeries, resolution: Resolution) {
    this.series = series;
    this.resolution = resolution;
  }

  /** Takes the bar that the series has just taken. */
  onBar(): void {
    const slot = this.series.slot(0);
    const { high, low, close } = this.series;
    const { price } = this.resolution;
    this.#atr.update(price.toValue(high[slot]!), price.toValue(low[slot]!), price.toValue(close[slot]!));
    this.#atrs[slot] = this.#atr.value ?? Number.NaN;
  }

  /** Returns the average true range after the bar `ago` bars back; NaN before it exists. *Units*: steps. */
  atr(ago = 0): number {
    return this.#atrs[this.series.slot(ago)]! / this.resolution.price.step;
  }

  /** Returns whether the last `count` bars are complete and follow each other without a hole. */
  unbroken(count: number): boolean {
    if (!this.series.inRow(count)) return false;
    for (let ago = 0; ago < count; ago++) if (this.series.complete[this.series.slot(ago)] === 0) return false;
    return true;
  }

  /** Returns whether the bar `ago` bars back is complete and holds the trades that a pattern needs. */
  isFull(ago: number): boolean {
    const slot = this.series.slot(ago);
    return this.series.complete[slot] === 1 && this.series.trades[slot]! >= MIN_TRADES[this.series.timeframe];
  }

  save(to: SnapshotWriter): void {
    to.numbers(this.#atr.snapshot());
    to.run(this.#atrs);
  }

  load(from: SnapshotReader): void {
    this.#atr.restore([...from.numbers()]);
    this.#atrs.set(from.doubles(KEPT_BARS));
  }
}
