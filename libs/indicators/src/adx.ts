import { trueRange } from './atr.ts';
import { checkedPeriod, refuseState } from './checked.ts';

/**
 * Average directional index, exactly TA-Lib's: directional moves and true range are summed over `period − 1`
 * bars, then smoothed; DX starts at bar `period`; ADX is seeded with the mean of the first `period` DX at bar
 * `2 × period − 1`. Where DX has no denominator the one before stands. *Units*: 0–100. *Source*: TA-Lib
 * ta_ADX.c.
 */
export class Adx {
  readonly period: number;
  private bars = 0;
  private high = 0;
  private low = 0;
  private close = 0;
  private plusMove = 0;
  private minusMove = 0;
  private range = 0;
  private dx = 0;
  private dxSum = 0;
  private average = 0;

  constructor(period: number) {
    this.period = checkedPeriod(period);
  }

  update(high: number, low: number, close: number): void {
    if (this.bars > 0) this.move(high, low);
    if (this.bars < 2 * this.period) this.bars++;
    this.high = high;
    this.low = low;
    this.close = close;
  }

  /** The index, or null before `2 × period` bars. */
  get value(): number | null {
    return this.bars >= 2 * this.period ? this.average : null;
  }

  /** The share of movement that was upward, +DI, or null before `period + 1` bars. *Units*: 0–100. */
  get plusIndex(): number | null {
    return this.bars > this.period ? this.shareOf(this.plusMove) : null;
  }

  /** The share of movement that was downward, −DI, or null before `period + 1` bars. *Units*: 0–100. */
  get minusIndex(): number | null {
    return this.bars > this.period ? this.shareOf(this.minusMove) : null;
  }

  snapshot(): readonly number[] {
    const { bars, high, low, close, plusMove, minusMove, range, dx, dxSum, average } = this;
    return [bars, high, low, close, plusMove, minusMove, range, dx, dxSum, average];
  }

  /** *Errors*: InputError on a state that `snapshot` did not give. */
  restore(state: readonly number[]): void {
    if (state.length !== 10) refuseState('adx', state);
    const [bars, high, low, close, plus, minus, range, dx, dxSum, average] = state;
    this.bars = bars!;
    this.high = high!;
    this.low = low!;
    this.close = close!;
    this.plusMove = plus!;
    this.minusMove = minus!;
    this.range = range!;
    this.dx = dx!;
    this.dxSum = dxSum!;
    this.average = average!;
  }

  private shareOf(move: number): number {
    return this.range > 0 ? (100 * move) / this.range : 0;
  }

  private move(high: number, low: number): void {
    const period = this.period;
    const up = high - this.high;
    const down = this.low - low;
    const plus = up > down && up > 0 ? up : 0;
    const minus = down > up && down > 0 ? down : 0;
    const range = trueRange(high, low, this.close);
    if (this.bars < period) {
      this.plusMove += plus;
      this.minusMove += minus;
      this.range += range;
      return;
    }
    this.plusMove += plus - this.plusMove / period;
    this.minusMove += minus - this.minusMove / period;
    this.range += range - this.range / period;
    if (this.range > 0) {
      const plusIndex = (100 * this.plusMove) / this.range;
      const minusIndex = (100 * this.minusMove) / this.range;
      const total = plusIndex + minusIndex;
      if (total > 0) this.dx = (100 * Math.abs(plusIndex - minusIndex)) / total;
    }
    if (this.bars >= 2 * period) this.average = (this.average * (period - 1) + this.dx) / period;
    else {
      this.dxSum += this.dx;
      if (this.bars === 2 * period - 1) this.average = this.dxSum / period;
    }
  }
}
