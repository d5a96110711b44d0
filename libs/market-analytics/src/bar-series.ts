import { TIMEFRAME_US, type Timeframe } from '@algo/model';
import type { InSteps } from './resolution.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot.ts';

/** Closed bars that each timeframe remembers. */
export const KEPT_BARS = 256;

/** Room for values that stand at a column's end and beginning: to make it costs more than to fill it. */
const turnedOver = new Float64Array(KEPT_BARS);

/** A bar that has closed, or what is known of it so far. *Units*: prices and volumes in whole steps. */
export interface StepBar {
  readonly openTimeUs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly buy: number;
  readonly sell: number;
  readonly buyTrades: number;
  readonly sellTrades: number;
  readonly complete: boolean;
}

/** The last closed bars of one timeframe, column by column. *Units*: prices and volumes in whole steps. */
export class BarSeries implements InSteps {
  readonly timeframe: Timeframe;
  readonly lengthUs: number;
  /** Bars closed since the start, remembered or not. */
  bars = 0;
  readonly openTime = new Float64Array(KEPT_BARS);
  readonly open = new Float64Array(KEPT_BARS);
  readonly high = new Float64Array(KEPT_BARS);
  readonly low = new Float64Array(KEPT_BARS);
  readonly close = new Float64Array(KEPT_BARS);
  readonly volume = new Float64Array(KEPT_BARS);
  readonly delta = new Float64Array(KEPT_BARS);
  readonly trades = new Float64Array(KEPT_BARS);
  /** 1 where nothing is known to be missing in the bar. */
  readonly complete = new Float64Array(KEPT_BARS);
  readonly #logClose = new Float64Array(KEPT_BARS);
  readonly #logReturn = new Float64Array(KEPT_BARS);
  /** Of how many bars the logarithms are taken: when somebody looks at them. */
  #logged = 0;

  constructor(timeframe: Timeframe, lengthUs: number = TIMEFRAME_US[timeframe]) {
    this.timeframe = timeframe;
    this.lengthUs = lengthUs;
  }

  push(bar: StepBar): void {
    const slot = this.bars & (KEPT_BARS - 1);
    this.bars++;
    this.openTime[slot] = bar.openTimeUs;
    this.open[slot] = bar.open;
    this.high[slot] = bar.high;
    this.low[slot] = bar.low;
    this.close[slot] = bar.close;
    this.volume[slot] = bar.buy + bar.sell;
    this.delta[slot] = bar.buy - bar.sell;
    this.trades[slot] = bar.buyTrades + bar.sellTrades;
    this.complete[slot] = bar.complete ? 1 : 0;
  }

  /** Logarithm of the close. */
  get logClose(): Float64Array {
    this.#takeLogs();
    return this.#logClose;
  }

  /** Logarithm of close ÷ the close before; NaN where none is remembered. */
  get logReturn(): Float64Array {
    this.#takeLogs();
    return this.#logReturn;
  }

  /** Marks bars incomplete that a time from one to another falls into. Returns when the newly marked open. */
  doubt(fromUs: number, toUs: number): number[] {
    const opened: number[] = [];
    for (let ago = this.kept - 1; ago >= 0; ago--) {
      const slot = this.slot(ago);
      const openUs = this.openTime[slot]!;
      if (openUs > toUs || fromUs >= openUs + this.lengthUs || this.complete[slot] === 0) continue;
      this.complete[slot] = 0;
      opened.push(openUs);
    }
    return opened;
  }

  /** How many bars can be looked back at. */
  get kept(): number {
    return Math.min(this.bars, KEPT_BARS);
  }

  /** Returns the column index of the bar `ago` bars before the last; `ago` must be below `kept`. */
  slot(ago: number): number {
    return (this.bars - 1 - ago) & (KEPT_BARS - 1);
  }

  /** Returns whether the last `count` bars follow each other without a hole. */
  inRow(count: number): boolean {
    if (this.kept < count) return false;
    const span = this.openTime[this.slot(0)]! - this.openTime[this.slot(count - 1)]!;
    return span === (count - 1) * this.lengthUs;
  }

  /**
   * Returns the last `count` values of a column, or all where there are fewer, oldest first. *Shape*: to be
   * looked at before anything else of any series is asked for.
   */
  last(column: Float64Array, count: number): Float64Array {
    const used = Math.min(count, this.kept);
    const from = (this.bars - used) & (KEPT_BARS - 1);
    if (from + used <= KEPT_BARS) return column.subarray(from, from + used);
    for (let i = 0; i < used; i++) turnedOver[i] = column[(from + i) & (KEPT_BARS - 1)]!;
    return turnedOver.subarray(0, used);
  }

  rescale(priceFactor: number, quantityFactor: number): void {
    for (const column of [this.open, this.high, this.low, this.close])
      for (let i = 0; i < KEPT_BARS; i++) column[i] = column[i]! * priceFactor;
    this.#logged = 0;
    for (const column of [this.volume, this.delta])
      for (let i = 0; i < KEPT_BARS; i++) column[i] = column[i]! * quantityFactor;
  }

  save(to: SnapshotWriter): void {
    to.number(this.bars);
    for (const column of this.wholeColumns()) to.wholes(column);
  }

  load(from: SnapshotReader): void {
    this.bars = from.number();
    for (const column of this.wholeColumns()) column.set(from.wholes());
    this.#logged = 0;
  }

  #takeLogs(): void {
    const oldest = this.bars - this.kept;
    for (let bar = Math.max(this.#logged, oldest); bar < this.bars; bar++) {
      const slot = bar & (KEPT_BARS - 1);
      const close = this.close[slot]!;
      const before = bar === oldest ? Number.NaN : this.close[(bar - 1) & (KEPT_BARS - 1)]!;
      this.#logClose[slot] = Math.log(close);
      this.#logReturn[slot] = Math.log(close / before);
    }
    this.#logged = this.bars;
  }

  private wholeColumns(): Float64Array[] {
    const { openTime, open, high, low, close, volume, delta, trades, complete } = this;
    return [openTime, open, high, low, close, volume, delta, trades, complete];
  }
}
