import { checkedPeriod, refuseState } from './checked.ts';

/**
 * Exponential moving average, exactly TA-Lib's: seeded with the mean of the first `period` values, then
 * `e += 2 / (period + 1) × (x − e)`. *Source*: TA-Lib ta_EMA.c, default compatibility, unstable period 0.
 */
export class Ema {
  readonly period: number;
  private seen = 0;
  private sum = 0;
  private average = 0;

  constructor(period: number) {
    this.period = checkedPeriod(period);
  }

  /** Takes the next value, oldest first. */
  update(value: number): void {
    if (this.seen >= this.period) {
      this.average += (2 / (this.period + 1)) * (value - this.average);
      return;
    }
    this.seen++;
    this.sum += value;
    if (this.seen === this.period) this.average = this.sum / this.period;
  }

  /** The average, or null before `period` values. *Units*: those of the values. */
  get value(): number | null {
    return this.seen >= this.period ? this.average : null;
  }

  snapshot(): readonly number[] {
    return [this.seen, this.sum, this.average];
  }

  /** *Errors*: InputError on a state that `snapshot` did not give. */
  restore(state: readonly number[]): void {
    if (state.length !== 3) refuseState('ema', state);
    [this.seen, this.sum, this.average] = state as [number, number, number];
  }
}
