import {
  FLOW_WINDOWS,
  type Grid,
  type OrderFlow,
  type TimeUs,
  US_PER_MINUTE,
  US_PER_SECOND,
} from '@algo/model';
import type { InSteps } from './resolution.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot.ts';

/**
 * Rows of trades the windows remember at most; when 15 minutes hold more,
 * the oldest fall out and state is incomplete.
 */
export const MAX_WINDOW_TRADES = 1 << 20;
const SLOT_BYTES = 32;
/** *Units*: µs, in order of FLOW_WINDOWS. */
const WINDOW_US = [15 * US_PER_SECOND, US_PER_MINUTE, 5 * US_PER_MINUTE, 15 * US_PER_MINUTE] as const;
/** How far back the longest flow window reaches. *Units*: µs. */
export const LONGEST_WINDOW_US = WINDOW_US[3];
const ONE_MINUTE = 1;
const LONGEST = 3;
/** From this many steps on the running totals begin afresh: sums of whole numbers are exact below 2^53. */
export const REBASE_STEPS = 2 ** 51;

/**
 * Taker flow over four sliding windows `[t − W, t)` that share one ring; a moment right behind a trade is
 * 1 µs after it. Each slot holds the running totals
 * before its trade, so a window is two subtractions from its oldest slot and only tails move; tails move when
 * a window is read.
 * *Units*: volumes in whole quantity steps, hence exact.
 */
export class FlowWindows implements InSteps {
  /** Running totals since the last `rebase`. */
  buy = 0;
  sell = 0;
  trades = 0;
  buyTrades = 0;
  /** Time of the newest trade that fell out too early, −∞ when none did. */
  droppedUs = Number.NEGATIVE_INFINITY;
  private capacity: number;
  private readonly maxTrades: number;
  private time: Float64Array;
  private buyBefore: Float64Array;
  private sellBefore: Float64Array;
  private tradesBefore: Int32Array;
  private buyTradesBefore: Int32Array;
  private mask: number;
  private head = 0;
  private readonly tails = new Int32Array(WINDOW_US.length);

  constructor(maxTrades = MAX_WINDOW_TRADES) {
    this.maxTrades = maxTrades;
    this.capacity = Math.min(256, maxTrades);
    this.mask = this.capacity - 1;
    this.time = new Float64Array(this.capacity);
    this.buyBefore = new Float64Array(this.capacity);
    this.sellBefore = new Float64Array(this.capacity);
    this.tradesBefore = new Int32Array(this.capacity);
    this.buyTradesBefore = new Int32Array(this.capacity);
  }

  /** Takes a row that stands for `trades` trades of one side. */
  add(timeUs: TimeUs, steps: number, isBuy: boolean, trades: number): void {
    if (this.head - this.tails[LONGEST]! >= this.capacity) this.makeRoom(timeUs);
    const slot = this.head & this.mask;
    this.time[slot] = timeUs;
    this.buyBefore[slot] = this.buy;
    this.sellBefore[slot] = this.sell;
    this.tradesBefore[slot] = this.trades;
    this.buyTradesBefore[slot] = this.buyTrades;
    this.head++;
    this.trades += trades;
    if (isBuy) {
      this.buy += steps;
      this.buyTrades += trades;
    } else {
      this.sell += steps;
    }
  }

  /**
   * Returns 1 when the last minute's buy volume exceeds `ratio` × the sell volume, −1 mirrored, 0 when
   * neither or when it holds fewer than `minTrades`.
   */
  oneMinuteSide(nowUs: TimeUs, ratio: number, minTrades: number): -1 | 0 | 1 {
    const tail = this.advance(ONE_MINUTE, nowUs);
    const slot = tail & this.mask;
    if (tail === this.head || this.trades - this.tradesBefore[slot]! < minTrades) return 0;
    const buy = this.buy - this.buyBefore[slot]!;
    const sell = this.sell - this.sellBefore[slot]!;
    if (buy > ratio * sell) return 1;
    return sell > ratio * buy ? -1 : 0;
  }

  /** Returns what each window holds at `nowUs`, in order of FLOW_WINDOWS. */
  read(nowUs: TimeUs, quantity: Grid): OrderFlow[] {
    return FLOW_WINDOWS.map((window, w) => {
      const tail = this.advance(w, nowUs);
      const empty = tail === this.head;
      const slot = tail & this.mask;
      const buy = empty ? 0 : this.buy - this.buyBefore[slot]!;
      const sell = empty ? 0 : this.sell - this.sellBefore[slot]!;
      const trades = empty ? 0 : this.trades - this.tradesBefore[slot]!;
      const buyTrades = empty ? 0 : this.buyTrades - this.buyTradesBefore[slot]!;
      return {
        window,
        buyVolume: quantity.toValue(buy),
        sellVolume: quantity.toValue(sell),
        buyTrades,
        sellTrades: trades - buyTrades,
      };
    });
  }

  /**
   * Starts the running totals and the slot numbers afresh, so
   * that they stay exact for ever; the windows don't change.
   */
  rebase(nowUs: TimeUs): void {
    for (let w = 0; w < WINDOW_US.length; w++) this.advance(w, nowUs);
    const { buy, sell, trades, buyTrades } = this;
    const from = this.tails[LONGEST]!;
    for (let i = from; i < this.head; i++) {
      const slot = i & this.mask;
      this.buyBefore[slot] = this.buyBefore[slot]! - buy;
      this.sellBefore[slot] = this.sellBefore[slot]! - sell;
      this.tradesBefore[slot] = this.tradesBefore[slot]! - trades;
      this.buyTradesBefore[slot] = this.buyTradesBefore[slot]! - buyTrades;
    }
    this.buy = 0;
    this.sell = 0;
    this.trades = 0;
    this.buyTrades = 0;
    const shift = Math.floor(from / this.capacity) * this.capacity;
    this.head -= shift;
    for (let w = 0; w < WINDOW_US.length; w++) this.tails[w] = this.tails[w]! - shift;
  }

  rescale(_priceFactor: number, quantityFactor: number): void {
    this.buy *= quantityFactor;
    this.sell *= quantityFactor;
    for (let i = 0; i < this.capacity; i++) {
      this.buyBefore[i]! *= quantityFactor;
      this.sellBefore[i]! *= quantityFactor;
    }
  }

  save(to: SnapshotWriter, nowUs: TimeUs): void {
    for (let w = 0; w < WINDOW_US.length; w++) this.advance(w, nowUs);
    const from = this.tails[LONGEST]!;
    to.numbers([this.buy, this.sell, this.trades, this.buyTrades, this.droppedUs]);
    to.numbers(Array.from(this.tails, (tail) => tail - from));
    to.number(this.head - from);
    const { time, buyBefore, sellBefore, tradesBefore, buyTradesBefore } = this;
    for (const column of [time, buyBefore, sellBefore, tradesBefore, buyTradesBefore])
      this.saveColumn(to, column, from);
  }

  load(from: SnapshotReader): void {
    const totals = from.numbers();
    this.buy = totals[0]!;
    this.sell = totals[1]!;
    this.trades = totals[2]!;
    this.buyTrades = totals[3]!;
    this.droppedUs = totals[4]!;
    this.tails.set(from.numbers());
    const count = from.count(SLOT_BYTES);
    while (this.capacity < count) this.resize(this.capacity * 2);
    this.time.set(from.doubles(count));
    this.buyBefore.set(from.doubles(count));
    this.sellBefore.set(from.doubles(count));
    this.tradesBefore.set(from.integers(count));
    this.buyTradesBefore.set(from.integers(count));
    this.head = count;
  }

  /** The ring may turn over between the oldest slot and the newest. */
  private saveColumn(to: SnapshotWriter, column: Float64Array | Int32Array, from: number): void {
    const count = this.head - from;
    const start = from & this.mask;
    const untilTurn = Math.min(count, this.capacity - start);
    to.run(column.subarray(start, start + untilTurn));
    to.run(column.subarray(0, count - untilTurn));
  }

  private advance(window: number, nowUs: TimeUs): number {
    const edge = nowUs - WINDOW_US[window]!;
    const { time, mask, head } = this;
    let tail = this.tails[window]!;
    while (tail < head && time[tail & mask]! < edge) tail++;
    this.tails[window] = tail;
    return tail;
  }

  /**
   * Called when the ring is full: forgets what left the
   * longest window, else grows, else drops the oldest trade.
   */
  private makeRoom(nowUs: TimeUs): void {
    const oldest = this.advance(LONGEST, nowUs);
    for (let w = 0; w < LONGEST; w++) this.tails[w] = Math.max(this.tails[w]!, oldest);
    const held = this.head - oldest;
    if (held >= this.maxTrades) {
      this.droppedUs = this.time[oldest & this.mask]!;
      for (let w = 0; w < WINDOW_US.length; w++) this.tails[w] = Math.max(this.tails[w]!, oldest + 1);
    } else if (held > this.capacity >> 1 && this.capacity < this.maxTrades) {
      this.resize(this.capacity * 2);
    }
  }

  private resize(capacity: number): void {
    const time = new Float64Array(capacity);
    const buyBefore = new Float64Array(capacity);
    const sellBefore = new Float64Array(capacity);
    const tradesBefore = new Int32Array(capacity);
    const buyTradesBefore = new Int32Array(capacity);
    for (let i = this.tails[LONGEST]!, run = 0; i < this.head; i += run) {
      const from = i & this.mask;
      const to = i & (capacity - 1);
      run = Math.min(this.head - i, this.capacity - from, capacity - to);
      time.set(this.time.subarray(from, from + run), to);
      buyBefore.set(this.buyBefore.subarray(from, from + run), to);
      sellBefore.set(this.sellBefore.subarray(from, from + run), to);
      tradesBefore.set(this.tradesBefore.subarray(from, from + run), to);
      buyTradesBefore.set(this.buyTradesBefore.subarray(from, from + run), to);
    }
    this.time = time;
    this.buyBefore = buyBefore;
    this.sellBefore = sellBefore;
    this.tradesBefore = tradesBefore;
    this.buyTradesBefore = buyTradesBefore;
    this.capacity = capacity;
    this.mask = capacity - 1;
  }
}
