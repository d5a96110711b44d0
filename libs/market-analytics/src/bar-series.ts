import { Adx, Atr, Ema } from '@algo/indicators';
import { type Candle, MIN_TRADES, TIMEFRAME_US, type Timeframe } from '@algo/model';
import type { SnapshotReader, SnapshotWriter } from './snapshot.ts';

/** Closed bars that each timeframe remembers. */
export const KEPT_BARS = 256;
/** Closes whose standard deviation is the σ of the deviation. */
const SIGMA_BARS = 20;

/** The last closed bars of one timeframe, column by column, and the averages that run over all of them. */
export class BarSeries {
  readonly timeframe: Timeframe;
  /** Bars closed since the start, remembered or not. */
  bars = 0;
  readonly openTime = new Float64Array(KEPT_BARS);
  readonly open = new Float64Array(KEPT_BARS);
  readonly high = new Float64Array(KEPT_BARS);
  readonly low = new Float64Array(KEPT_BARS);
  readonly close = new Float64Array(KEPT_BARS);
  readonly volume = new Float64Array(KEPT_BARS);
  readonly delta = new Float64Array(KEPT_BARS);
  /**
   * 1 when the bar is complete; 2 when it also holds the least number of trades that patterns need; else 0.
   */
  readonly quality = new Float64Array(KEPT_BARS);
  /** Logarithm of close ÷ the close before; NaN for the first bar. */
  readonly logReturn = new Float64Array(KEPT_BARS);
  /**
   * (close − EMA20) ÷ the population standard deviation of the last 20 closes, as it stood when the bar
   * closed; NaN before both exist or when the closes don't vary.
   */
  readonly deviation = new Float64Array(KEPT_BARS);
  /** As it stood when the bar closed; NaN before it exists. */
  readonly atr14 = new Float64Array(KEPT_BARS);
  readonly ema = { 20: new Ema(20), 50: new Ema(50), 200: new Ema(200) } as const;
  readonly atr = new Atr(14);
  readonly adx = new Adx(14);
  private readonly minTrades: number;

  constructor(timeframe: Timeframe) {
    this.timeframe = timeframe;
    this.minTrades = MIN_TRADES[timeframe];
  }

  push(bar: Candle): void {
    const slot = this.bars & (KEPT_BARS - 1);
    this.bars++;
    this.ema[20].update(bar.close);
    this.ema[50].update(bar.close);
    this.ema[200].update(bar.close);
    this.atr.update(bar.high, bar.low, bar.close);
    this.adx.update(bar.high, bar.low, bar.close);
    this.openTime[slot] = bar.openTimeUs;
    this.open[slot] = bar.open;
    this.high[slot] = bar.high;
    this.low[slot] = bar.low;
    this.close[slot] = bar.close;
    this.volume[slot] = bar.volume;
    this.delta[slot] = bar.buyVolume - bar.sellVolume;
    this.quality[slot] = bar.complete ? (bar.trades >= this.minTrades ? 2 : 1) : 0;
    this.logReturn[slot] = this.bars > 1 ? Math.log(bar.close / this.close[this.slot(1)]!) : Number.NaN;
    this.deviation[slot] = this.deviationNow(bar.close);
    this.atr14[slot] = this.atr.value ?? Number.NaN;
  }

  /** How many bars can be looked back at. */
  get kept(): number {
    return Math.min(this.bars, KEPT_BARS);
  }

  /** Returns the column index of the bar `ago` bars before the last; `ago` must be below `kept`. */
  slot(ago: number): number {
    return (this.bars - 1 - ago) & (KEPT_BARS - 1);
  }

  /** Returns whether the last `count` bars are all complete and follow each other without a hole. */
  unbroken(count: number): boolean {
    if (this.kept < count) return false;
    const length = TIMEFRAME_US[this.timeframe];
    for (let ago = 0; ago < count; ago++) {
      if (this.quality[this.slot(ago)] === 0) return false;
      if (ago > 0 && this.openTime[this.slot(ago - 1)]! - this.openTime[this.slot(ago)]! !== length)
        return false;
    }
    return true;
  }

  /** Fills `into` with the values of the last bars, oldest first; there must be so many. */
  copyLast(column: Float64Array, into: Float64Array): void {
    let slot = this.slot(into.length - 1);
    for (let i = 0; i < into.length; i++) {
      into[i] = column[slot]!;
      slot = (slot + 1) & (KEPT_BARS - 1);
    }
  }

  save(to: SnapshotWriter): void {
    to.number(this.bars);
    for (const column of this.columns()) to.numbers(column);
    for (const part of this.averages()) to.numbers(part.snapshot());
  }

  load(from: SnapshotReader): void {
    this.bars = from.number();
    for (const column of this.columns()) column.set(from.numbers());
    for (const part of this.averages()) part.restore([...from.numbers()]);
  }

  private deviationNow(close: number): number {
    const ema20 = this.ema[20].value;
    if (ema20 === null || this.bars < SIGMA_BARS) return Number.NaN;
    let sum = 0;
    for (let ago = 0; ago < SIGMA_BARS; ago++) sum += this.close[this.slot(ago)]!;
    const mean = sum / SIGMA_BARS;
    let squares = 0;
    for (let ago = 0; ago < SIGMA_BARS; ago++) {
      const d = this.close[this.slot(ago)]! - mean;
      squares += d * d;
    }
    return squares > 0 ? (close - ema20) / Math.sqrt(squares / SIGMA_BARS) : Number.NaN;
  }

  private columns(): Float64Array[] {
    return [
      this.openTime,
      this.open,
      this.high,
      this.low,
      this.close,
      this.volume,
      this.delta,
      this.quality,
      this.logReturn,
      this.deviation,
      this.atr14,
    ];
  }

  private averages(): (Ema | Atr | Adx)[] {
    return [this.ema[20], this.ema[50], this.ema[200], this.atr, this.adx];
  }
}
