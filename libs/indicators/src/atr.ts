import { checkedPeriod, refuseState } from './checked.ts';

/** Returns Wilder's true range of a bar that follows a close. *Units*: those of the prices. */
export function trueRange(high: number, low: number, previousClose: number): number {
  return Math.max(high, previousClose) - Math.min(low, previousClose);
}

/**
 * Average true range, exactly TA-Lib's: the first bar only lends its close, the seed is the mean of the next
 * `period` true ranges, then Wilder's smoothing. *Source*: TA-Lib ta_ATR.c.
 */
export class Atr {
  readonly period: number;
  private ranges = -1;
  private sum = 0;
  private average = 0;
  private close = 0;

  constructor(period: number) {
    this.period = checkedPeriod(period);
  }

  update(high: number, low: number, close: number): void {
    if (this.ranges < 0) {
      this.ranges = 0;
    } else {
      const range = trueRange(high, low, this.close);
      if (this.ranges >= this.period) {
        this.average = (this.average * (this.period - 1) + range) / this.period;
      } else {
        this.ranges++;
        this.sum += range;
        if (this.ranges === this.period) this.average = this.sum / this.period;
      }
    }
    this.close = close;
  }

  /** The average, or null before `period + 1` bars. *Units*: those of the prices. */
  get value(): number | null {
    return this.ranges >= this.period ? this.average : null;
  }

  snapshot(): readonly number[] {
    return [this.ranges, this.sum, this.average, this.close];
  }

  /** *Errors*: InputError on a state that `snapshot` did not give. */
  restore(state: readonly number[]): void {
    if (state.length !== 4) refuseState('atr', state);
    [this.ranges, this.sum, this.average, this.close] = state as [number, number, number, number];
  }
}
