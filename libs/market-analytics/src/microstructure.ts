import { type Grid, type Microstructure, type TimeUs, US_PER_SECOND } from '@algo/model';
import { knownLog } from './known-log.ts';
import { SLOW_US, slowDecay } from './slow-decay.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot.ts';

/** Decay times of the fast and the slow flow. *Source*: reference analytics §3.7, liquid setting. */
const FAST_US = SLOW_US / 12;
/** With no order for so long the reading is neutral. */
const SILENCE_US = 3 * FAST_US;
const MIN_ORDERS = 20;
const MIN_FAST_COUNT = 5;
const ENTER_Z = 2;
const LEAVE_Z = 0.8;
/** How far behind its mean the mid may be, in deviations, for a reading to begin and to stay. */
const ENTER_RETURN = 0.5;
const LEAVE_RETURN = 1;
/**
 * Jumps between opposite orders that the flip spread is the
 * median of, how old a jump may be, and how many it needs.
 */
const FLIPS = 32;
const FLIP_US = US_PER_SECOND;
const MIN_FLIPS = 8;

const SIGNAL_NAMES = { [-1]: 'bearish', 0: 'neutral', 1: 'bullish' } as const;

/**
 * The directional reading of the tape, O(1) a trade. Prints of one side at one time are one order, which is
 * judged when it is over: when a print of another time or side comes, or time is told to have passed.
 * *Source*: reference analytics §3.2 and §3.7.
 */
export class MicrostructureReading {
  /** What is kept of a reading besides its signal and flips, in this order. */
  private static readonly kept = [
    ...(['orders', 'buyOrders', 'orderUs', 'side', 'notional', 'price'] as const),
    ...(['previousUs', 'previousSide', 'previousPrice'] as const),
    ...(['fastBefore', 'fastSquaresBefore', 'slowBefore', 'slowSquaresBefore'] as const),
    ...(['fast', 'fastSquares', 'slow', 'slowSquares', 'fastCount'] as const),
    ...(['mid', 'logMid', 'logMidBefore'] as const),
    ...(['varianceBefore', 'variance', 'logMidMean', 'flipCount'] as const),
  ];
  /** 1 bullish, −1 bearish, 0 neutral, as of the last order that is over. */
  signal: -1 | 0 | 1 = 0;
  /** Whether the last order may still get prints. */
  isOpen = false;
  orders = 0;
  buyOrders = 0;
  private orderUs = Number.NEGATIVE_INFINITY;
  /** When the order begins that `startOrder` begins: a large number that is handed over goes to the heap. */
  nextUs: TimeUs = 0;
  private side = 0;
  private notional = 0;
  private price = 0;
  private previousUs = Number.NEGATIVE_INFINITY;
  private previousSide = 0;
  private previousPrice = 0;
  // Exponentially weighted signed root notional (fast, slow),
  // squares, and count, before and with the current order.
  private fastBefore = 0;
  private fastSquaresBefore = 0;
  private slowBefore = 0;
  private slowSquaresBefore = 0;
  private fast = 0;
  private fastSquares = 0;
  private slow = 0;
  private slowSquares = 0;
  private fastCount = 0;
  // Proxy mid: last prices that takers sold and bought at; its logarithm, slow variance and fast mean.
  private readonly quotes = Float64Array.of(Number.NaN, Number.NaN);
  private mid = Number.NaN;
  private logMid = Number.NaN;
  private logMidBefore = Number.NaN;
  private varianceBefore = 0;
  private variance = 0;
  private logMidMean = Number.NaN;
  private readonly flips = new Float64Array(FLIPS);
  private flipCount = 0;
  /** As the flips were when somebody last asked, in the same slots and the smallest first. */
  private readonly knownFlips = new Float64Array(FLIPS);
  private readonly sortedFlips = new Float64Array(FLIPS);
  private sortedCount = 0;

  /** Takes a print of the open order. *Units*: `notional` quote, `side` 1 buy, −1 sell. */
  add(price: number, notional: number, side: -1 | 1): void {
    this.notional += notional;
    this.price = price;
    const at = (side + 1) >> 1;
    this.quotes[at] = price;
    if ((this.quotes[1 - at]! - price) * side > 0) this.quotes[1 - at] = price;
  }

  /** Returns whether a print would belong to the order that is open. */
  continues(timeUs: TimeUs, side: -1 | 1): boolean {
    return side === this.side && timeUs === this.orderUs && this.isOpen;
  }

  /** Judges the open order. */
  endOrder(): void {
    this.settle();
    this.isOpen = false;
    this.judge();
  }

  /** Whether there is a reading: not before 20 orders. */
  get isKnown(): boolean {
    return this.orders >= MIN_ORDERS;
  }

  /** Returns what it says at `nowUs`. */
  signalAt(nowUs: TimeUs): Microstructure['signal'] {
    return SIGNAL_NAMES[nowUs - this.orderUs > SILENCE_US ? 0 : this.signal];
  }

  get fastZ(): number {
    if (this.isOpen) this.settle();
    return this.fast / Math.sqrt(this.fastSquares);
  }

  get slowZ(): number {
    if (this.isOpen) this.settle();
    return this.slow / Math.sqrt(this.slowSquares);
  }

  /** Null before both sides have printed. */
  get lastMid(): number | null {
    if (this.isOpen) this.settle();
    return Number.isNaN(this.mid) ? null : this.mid;
  }

  save(to: SnapshotWriter): void {
    if (this.isOpen) this.settle();
    to.number(this.signal);
    to.flag(this.isOpen);
    to.numbers(MicrostructureReading.kept.map((name) => this[name]));
    to.numbers(this.quotes);
    to.numbers(this.flips);
  }

  load(from: SnapshotReader): void {
    const signal = from.number();
    this.signal = signal === 1 ? 1 : signal === -1 ? -1 : 0;
    this.isOpen = from.flag();
    const values = from.numbers();
    for (const [i, name] of MicrostructureReading.kept.entries()) this[name] = values[i]!;
    this.quotes.set(from.numbers());
    this.flips.set(from.numbers());
    this.sortedCount = 0;
  }

  /** Begins an order of one side, at `nextUs`; the one before is over. */
  startOrder(side: -1 | 1): void {
    this.isOpen = true;
    this.notional = 0;
    this.recordFlip();
    this.previousUs = this.orderUs;
    this.previousSide = this.side;
    this.previousPrice = this.price;
    const elapsed = this.nextUs - this.orderUs;
    if (elapsed > SILENCE_US) this.signal = 0;
    // At one time the other side has printed: nothing decays. Before the first order everything is 0 anyway.
    const keepSlow = elapsed > 0 ? slowDecay(elapsed) : 1;
    const keepFast = power12(keepSlow);
    this.fastBefore = this.fast * keepFast;
    this.fastSquaresBefore = this.fastSquares * keepFast * keepFast;
    this.slowBefore = this.slow * keepSlow;
    this.slowSquaresBefore = this.slowSquares * keepSlow * keepSlow;
    this.fastCount = this.fastCount * keepFast + 1;
    this.varianceBefore = this.variance * keepSlow;
    this.logMidBefore = this.logMid;
    // The mean is weighted by time: until now the mid was what the order before left.
    if (Number.isNaN(this.logMidMean)) this.logMidMean = this.logMid;
    else this.logMidMean = this.logMid + (this.logMidMean - this.logMid) * keepFast;
    this.orderUs = this.nextUs;
    this.side = side;
    this.orders++;
    this.buyOrders += (side + 1) >> 1;
  }

  private recordFlip(): void {
    if (this.previousSide === 0 || this.side === this.previousSide) return;
    if (this.orderUs - this.previousUs > FLIP_US) return;
    this.flips[this.flipCount & (FLIPS - 1)] = Math.abs(this.price - this.previousPrice);
    this.flipCount++;
  }

  /** Puts in order what came since somebody last asked: of each jump the one leaves that had its slot. */
  private sortFlips(): void {
    const { flips, flipCount, knownFlips, sortedFlips: sorted } = this;
    if (flipCount - this.sortedCount >= FLIPS) {
      this.sortedCount = flipCount;
      knownFlips.set(flips);
      sorted.set(flips);
      sorted.sort();
    }
    for (; this.sortedCount < flipCount; this.sortedCount++) {
      const slot = this.sortedCount & (FLIPS - 1);
      const jump = flips[slot]!;
      const last = Math.min(this.sortedCount, FLIPS - 1);
      let at = last;
      if (this.sortedCount >= FLIPS) for (at = 0; sorted[at] !== knownFlips[slot]; ) at++;
      for (; at > 0 && sorted[at - 1]! > jump; at--) sorted[at] = sorted[at - 1]!;
      for (; at < last && sorted[at + 1]! < jump; at++) sorted[at] = sorted[at + 1]!;
      sorted[at] = jump;
      knownFlips[slot] = jump;
    }
  }

  /** Works out what the open order, as it stands, makes of flow and mid: the same however often. */
  private settle(): void {
    const weight = Math.sqrt(this.notional) * this.side;
    this.fast = this.fastBefore + weight;
    this.fastSquares = this.fastSquaresBefore + this.notional;
    this.slow = this.slowBefore + weight;
    this.slowSquares = this.slowSquaresBefore + this.notional;
    const mid = (this.quotes[0]! + this.quotes[1]!) / 2;
    if (mid !== this.mid) {
      this.mid = mid;
      this.logMid = knownLog(mid);
    }
    const move = this.logMid - this.logMidBefore;
    this.variance = Number.isFinite(move) ? this.varianceBefore + move * move : this.varianceBefore;
  }

  private judge(): void {
    if (this.fastCount < MIN_FAST_COUNT || this.orders < MIN_ORDERS) {
      this.signal = 0;
      return;
    }
    if (this.signal !== 0) {
      const kept = this.signal * this.fast;
      const isFlowing = kept > 0 && kept * kept >= LEAVE_Z * LEAVE_Z * this.fastSquares;
      if (isFlowing && !this.isBehind(this.signal, LEAVE_RETURN)) return;
      this.signal = 0;
    }
    if (this.fast * this.fast <= ENTER_Z * ENTER_Z * this.fastSquares) return;
    const side = this.fast > 0 ? 1 : -1;
    if (side * this.slow > 0 && !this.isBehind(side, ENTER_RETURN)) this.signal = side;
  }

  /**
   * Says whether the mid is farther behind its fast mean, seen from a side, than so many standard deviations
   * of the fast horizon; it is not while it has not moved. Squares are compared: a root costs more.
   */
  private isBehind(side: -1 | 1, deviations: number): boolean {
    const ahead = side * (this.logMid - this.logMidMean);
    const variance = (this.variance * FAST_US) / SLOW_US;
    return ahead < 0 && variance > 0 && ahead * ahead > deviations * deviations * variance;
  }

  /** Returns the median jump between opposite orders, on a grid of prices; null before 8 of them. */
  flipSpread(price: Grid): number | null {
    const count = Math.min(this.flipCount, FLIPS);
    if (count < MIN_FLIPS) return null;
    this.sortFlips();
    const sorted = this.sortedFlips;
    const middle = count >> 1;
    return count % 2 === 1
      ? price.nearest(sorted[middle]!)
      : (price.nearest(sorted[middle - 1]!) + price.nearest(sorted[middle]!)) / 2;
  }
}

/**
 * Returns x¹²: what decays so much slowly decays so much fast,
 * SLOW_US being 12 × FAST_US. Cheaper than an exponential.
 */
function power12(x: number): number {
  const x3 = x * x * x;
  const x6 = x3 * x3;
  return x6 * x6;
}
