import type { MarketProfile, TimeUs } from '@algo/model';
import type { InSteps, Resolution } from '../resolution.ts';
import type { MarketProfileRow } from '../rows.ts';
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import { profileShape } from './profile-shape.ts';
import { pointOfControl, runnerUp, valueArea } from './value-area.ts';

/** Rows kept at most; a session that spans more has its rows merged by pairs. */
export const MAX_ROWS = 1 << 14;
const FIRST_ROWS = 1 << 9;
/** How many rows a session's usual range should have. */
const ROWS_IN_RANGE = 100;
/** Rows after which those of a session whose usual range nobody knows are merged by pairs. */
const UNKNOWN_ROWS = 256;
/** Weight of the newest session in the mean range. */
const RANGE_WEIGHT = 0.2;
/**
 * Taker orders a profile needs before it is read, and
 * before its shape is. *Source*: reference analytics §1.5.
 */
export const MIN_PROFILE_ORDERS = 300;
const MIN_SHAPE_ORDERS = 1000;

/**
 * Returns the member of 1, 2, 5, 10, 20, … nearest in ratio
 * to a number of at least 1, and its place in that list.
 */
function nice(value: number): { size: number; place: number } {
  let best = { size: 1, place: 0 };
  for (let place = 0, power = 1; place < 48; place++) {
    const size = power * [1, 2, 5][place % 3]!;
    if (Math.abs(Math.log(size / value)) < Math.abs(Math.log(best.size / value))) best = { size, place };
    if (place % 3 === 2) power *= 10;
  }
  return best;
}

/**
 * Volume by price since UTC midnight, in rows of a whole number of ticks that stay the same for the session.
 * Adding is O(1); POC and value area are worked out over the rows when read, because far more trades come
 * than reads.
 */
export class SessionProfile implements InSteps {
  private readonly resolution: Resolution;
  private readonly usualRange: () => number;
  private rowTicks = 0;
  private maxRows = MAX_ROWS;
  private rows = new Float64Array(FIRST_ROWS);
  /** Row number of `rows[0]`; row k covers ticks `[k × rowTicks, (k + 1) × rowTicks)`. */
  private base = 0;
  private low = Number.POSITIVE_INFINITY;
  private high = Number.NEGATIVE_INFINITY;
  // The row of the last trade, so that most trades need no division.
  private slot = 0;
  private slotFrom = 0;
  private slotTo = 0;
  private meanRange = 0;
  private previous: MarketProfile | null = null;

  /** `usualRange` says a day's range before one was seen, 0 where that isn't known. *Units*: steps. */
  constructor(resolution: Resolution, usualRange: () => number) {
    this.resolution = resolution;
    this.usualRange = usualRange;
  }

  /** *Units*: whole steps. */
  add(ticks: number, steps: number): void {
    if (ticks < this.slotFrom || ticks >= this.slotTo) this.locate(ticks);
    this.rows[this.slot] = this.rows[this.slot]! + steps;
  }

  /** Returns the developing profile, or null when its session has had fewer than 300 orders. */
  developing(orders: number): MarketProfile | null {
    return orders < MIN_PROFILE_ORDERS || this.low > this.high ? null : this.profile('session');
  }

  previousSession(): MarketProfile | null {
    return this.previous;
  }

  /** Returns the row for the table, or null when the session has had fewer than 300 orders. */
  row(timeUs: TimeUs, timeframe: MarketProfileRow['timeframe'], orders: number): MarketProfileRow | null {
    const profile = this.developing(orders);
    if (profile === null) return null;
    const rows = this.traded();
    const area = valueArea(rows, pointOfControl(rows));
    const prices: number[] = [];
    const volumes: number[] = [];
    for (const [i, volume] of rows.entries()) {
      if (volume === 0) continue;
      prices.push(this.edge(this.low + i));
      volumes.push(this.resolution.quantity.toValue(volume));
    }
    return {
      timeUs,
      timeframe,
      pocPrice: profile.poc,
      valueArea: profile.valueArea,
      profileData: { prices, volumes },
      profileShape: orders < MIN_SHAPE_ORDERS ? null : profileShape(rows, area.high - area.low + 1),
    };
  }

  /** Freezes the session as the previous one and starts an empty one. */
  endSession(orders: number): void {
    this.previous =
      orders < MIN_PROFILE_ORDERS || this.low > this.high ? null : this.profile('previous-session');
    if (this.previous !== null) {
      const range = (this.high - this.low + 1) * this.rowTicks;
      this.meanRange =
        this.meanRange === 0 ? range : this.meanRange + RANGE_WEIGHT * (range - this.meanRange);
    }
    this.rows.fill(0);
    this.low = Number.POSITIVE_INFINITY;
    this.high = Number.NEGATIVE_INFINITY;
    this.slotFrom = 0;
    this.slotTo = 0;
  }

  rescale(priceFactor: number, quantityFactor: number): void {
    this.rowTicks *= priceFactor;
    this.meanRange *= priceFactor;
    this.slotFrom = 0;
    this.slotTo = 0;
    for (let i = 0; i < this.rows.length; i++) this.rows[i]! *= quantityFactor;
  }

  save(to: SnapshotWriter): void {
    to.numbers([this.rowTicks, this.low, this.high, this.meanRange, this.maxRows]);
    to.numbers(this.low > this.high ? [] : this.traded());
    const p = this.previous;
    const area = p?.valueArea;
    to.numbers(p && area ? [p.poc, p.pocRunnerUp ?? 0, area.low, area.high, p.volume] : []);
  }

  load(from: SnapshotReader): void {
    const head = from.numbers();
    this.rowTicks = head[0]!;
    this.low = head[1]!;
    this.high = head[2]!;
    this.meanRange = head[3]!;
    this.maxRows = head[4]!;
    const traded = from.numbers();
    if (traded.length > 0) {
      this.place(this.low, this.high);
      this.rows.set(traded, this.low - this.base);
    }
    const [poc, pocRunnerUp, low, high, volume] = from.numbers();
    if (poc === undefined) return;
    const valueArea = { low: low!, high: high! };
    this.previous = {
      ...{ scope: 'previous-session', poc, pocRunnerUp: pocRunnerUp!, valueArea, volume: volume! },
    };
  }

  private profile(scope: MarketProfile['scope']): MarketProfile {
    const rows = this.traded();
    const poc = pointOfControl(rows);
    const area = valueArea(rows, poc);
    let total = 0;
    for (const steps of rows) total += steps;
    return {
      scope,
      poc: this.edge(this.low + poc),
      pocRunnerUp: runnerUp(rows, poc),
      valueArea: { low: this.edge(this.low + area.low), high: this.edge(this.low + area.high + 1) },
      volume: this.resolution.quantity.toValue(total),
    };
  }

  /** Returns the rows from the lowest to the highest that traded. */
  private traded(): Float64Array {
    return this.rows.subarray(this.low - this.base, this.high - this.base + 1);
  }

  private edge(row: number): number {
    return this.resolution.price.toValue(row * this.rowTicks);
  }

  private locate(ticks: number): void {
    if (this.low > this.high) this.chooseRowSize();
    let row = Math.floor(ticks / this.rowTicks);
    while (Math.max(this.high, row) - Math.min(this.low, row) >= this.maxRows) {
      this.mergePairs();
      row = Math.floor(ticks / this.rowTicks);
    }
    if (row < this.base || row >= this.base + this.rows.length || this.low > this.high) {
      this.place(Math.min(this.low, row), Math.max(this.high, row));
    }
    this.low = Math.min(this.low, row);
    this.high = Math.max(this.high, row);
    this.slot = row - this.base;
    this.slotFrom = row * this.rowTicks;
    this.slotTo = this.slotFrom + this.rowTicks;
  }

  /**
   * The size changes only when the range asks for one at least two places away in 1, 2, 5, 10, …, or none is
   * set yet. Without any range rows begin as fine as can be, and are merged as the session's range shows.
   */
  private chooseRowSize(): void {
    const range = this.meanRange > 0 ? this.meanRange : this.usualRange();
    this.maxRows = range > 0 ? MAX_ROWS : UNKNOWN_ROWS;
    const wanted = nice(Math.max(1, range / ROWS_IN_RANGE));
    if (this.rowTicks === 0 || Math.abs(wanted.place - nice(this.rowTicks).place) >= 2)
      this.rowTicks = wanted.size;
  }

  /** Moves the rows so that `low` to `high` fit, with as much room again around them. */
  private place(low: number, high: number): void {
    let length = this.rows.length;
    while (length < 2 * (high - low + 1) && length < 2 * MAX_ROWS) length *= 2;
    const base = low - Math.floor((length - (high - low + 1)) / 2);
    const moved = new Float64Array(length);
    if (this.low <= this.high) {
      const from = this.low - this.base;
      const rows = this.rows.subarray(Math.max(0, from), this.high - this.base + 1);
      moved.set(rows, this.low - base);
    }
    this.rows = moved;
    this.base = base;
  }

  private mergePairs(): void {
    const old = this.traded().slice();
    const oldLow = this.low;
    this.rowTicks *= 2;
    this.low = Math.floor(oldLow / 2);
    this.high = Math.floor(this.high / 2);
    this.base = this.low - Math.floor((this.rows.length - (this.high - this.low + 1)) / 2);
    this.rows.fill(0);
    for (let i = 0; i < old.length; i++) {
      const slot = Math.floor((oldLow + i) / 2) - this.base;
      this.rows[slot] = this.rows[slot]! + old[i]!;
    }
  }
}
