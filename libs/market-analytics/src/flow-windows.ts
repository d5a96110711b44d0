import {
  FLOW_WINDOWS,
  type Grid,
  type OrderFlow,
  type TimeUs,
  US_PER_MINUTE,
  US_PER_SECOND,
} from '@algo/model';
import { emptyLike, holding, type StepsRing, turned } from './grown-ring.ts';
import type { InSteps } from './resolution.ts';
import { type SnapshotReader, SnapshotWriter } from './snapshot.ts';

/**
 * Rows of trades the windows remember at most; when 15 minutes hold more,
 * the oldest fall out and state is incomplete.
 */
export const MAX_WINDOW_TRADES = 1 << 20;
/** *Units*: µs, in order of FLOW_WINDOWS. */
const WINDOW_US = [15 * US_PER_SECOND, US_PER_MINUTE, 5 * US_PER_MINUTE, 15 * US_PER_MINUTE] as const;
/** How far back the longest flow window reaches. *Units*: µs. */
export const LONGEST_WINDOW_US = WINDOW_US[3];
const ONE_MINUTE = 1;
const LONGEST = 3;
/** From this many steps on the running totals begin afresh: sums of whole numbers are exact below 2^53. */
export const REBASE_STEPS = 2 ** 51;

const FIRST_CAPACITY = 256;
/** The ring grows by so much: twice as much of a thousand instruments would lie idle for the most part. */
const GROWTH = 1.25;
const RELATIVE_MAX = 2 ** 31 - 1;

/**
 * Taker flow over four sliding windows `[t − W, t)` that share one ring; a moment right behind a trade is
 * 1 µs after it. Each window keeps the running totals before its oldest trade, so that it is two
 * subtractions, and only tails move, when a window is read. A slot takes 12 bytes, 16 where quantities are
 * huge.
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
  /** By slot: µs since `baseUs`, which spans twice the longest window; steps; trades, below 0 of sells. */
  private time: Int32Array;
  private steps: StepsRing;
  private counts: Int32Array;
  private baseUs = 0;
  /** Number of the next row, and its slot. */
  private head = 0;
  private headSlot = 0;
  /** By window: number of its oldest row, and the running totals before it. */
  private readonly tails = new Int32Array(WINDOW_US.length);
  private readonly buyBefore = new Float64Array(WINDOW_US.length);
  private readonly sellBefore = new Float64Array(WINDOW_US.length);
  private readonly tradesBefore = new Float64Array(WINDOW_US.length);
  private readonly buyTradesBefore = new Float64Array(WINDOW_US.length);

  constructor(maxTrades = MAX_WINDOW_TRADES) {
    this.maxTrades = maxTrades;
    this.capacity = Math.min(FIRST_CAPACITY, maxTrades);
    this.time = new Int32Array(this.capacity);
    this.steps = new Float32Array(this.capacity);
    this.counts = new Int32Array(this.capacity);
  }

  /** Takes a row that stands for `trades` trades of one side. */
  add(timeUs: TimeUs, steps: number, isBuy: boolean, trades: number): void {
    if (this.head - this.tails[LONGEST]! >= this.capacity) this.makeRoom(timeUs);
    let relative = timeUs - this.baseUs;
    if (relative > RELATIVE_MAX) relative = this.moveBase(timeUs);
    const slot = this.headSlot;
    this.time[slot] = relative;
    if (Math.fround(steps) !== steps) this.steps = holding(this.steps, steps);
    this.steps[slot] = steps;
    this.counts[slot] = isBuy ? trades : -trades;
    this.head++;
    this.headSlot = slot + 1 === this.capacity ? 0 : slot + 1;
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
    this.advance(ONE_MINUTE, nowUs);
    const held = this.trades - this.tradesBefore[ONE_MINUTE]!;
    if (held === 0 || held < minTrades) return 0;
    const buy = this.buy - this.buyBefore[ONE_MINUTE]!;
    const sell = this.sell - this.sellBefore[ONE_MINUTE]!;
    if (buy > ratio * sell) return 1;
    return sell > ratio * buy ? -1 : 0;
  }

  /** Returns what each window holds at `nowUs`, in order of FLOW_WINDOWS. */
  read(nowUs: TimeUs, quantity: Grid): OrderFlow[] {
    return FLOW_WINDOWS.map((window, w) => {
      this.advance(w, nowUs);
      const trades = this.trades - this.tradesBefore[w]!;
      const buyTrades = this.buyTrades - this.buyTradesBefore[w]!;
      const buy = this.buy - this.buyBefore[w]!;
      const sell = this.sell - this.sellBefore[w]!;
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
   * Starts the running totals and the numbers of rows afresh, so
   * that they stay exact for ever; the windows don't change.
   */
  rebase(nowUs: TimeUs): void {
    for (let w = 0; w < WINDOW_US.length; w++) this.advance(w, nowUs);
    const shift = this.tails[LONGEST]!;
    this.head -= shift;
    for (let w = 0; w < WINDOW_US.length; w++) {
      this.tails[w]! -= shift;
      this.buyBefore[w]! -= this.buy;
      this.sellBefore[w]! -= this.sell;
      this.tradesBefore[w]! -= this.trades;
      this.buyTradesBefore[w]! -= this.buyTrades;
    }
    [this.buy, this.sell, this.trades, this.buyTrades] = [0, 0, 0, 0];
  }

  rescale(_priceFactor: number, quantityFactor: number): void {
    this.buy *= quantityFactor;
    this.sell *= quantityFactor;
    this.steps = Float64Array.from(this.steps);
    for (const column of [this.buyBefore, this.sellBefore, this.steps])
      for (let i = 0; i < column.length; i++) column[i]! *= quantityFactor;
  }

  save(to: SnapshotWriter, nowUs: TimeUs): void {
    for (let w = 0; w < WINDOW_US.length; w++) this.advance(w, nowUs);
    const from = this.tails[LONGEST]!;
    to.numbers([this.buy, this.sell, this.trades, this.buyTrades, this.droppedUs]);
    to.numbers(Array.from(this.tails, (tail) => tail - from));
    for (const before of this.before()) to.numbers(before);
    const count = this.head - from;
    const [room, slot] = [SnapshotWriter.room(count), count === 0 ? 0 : this.slotOf(from)];
    to.times(turned(this.time, room, slot, count), this.baseUs);
    to.wholes(turned(this.steps, room, slot, count));
    to.wholes(turned(this.counts, room, slot, count));
  }

  load(from: SnapshotReader): void {
    const totals = from.numbers();
    [this.buy, this.sell, this.trades, this.buyTrades, this.droppedUs] = [...totals] as [
      ...[number, number, number, number, number],
    ];
    this.tails.set(from.numbers());
    for (const before of this.before()) before.set(from.numbers());
    const [firstUs, time] = from.times();
    const [steps, counts] = [from.wholes(), from.wholes()];
    const count = time.length;
    this.baseUs = firstUs;
    if (this.capacity < count) this.resize(Math.min(this.maxTrades, Math.ceil(count * GROWTH)));
    for (const each of steps) this.steps = holding(this.steps, each);
    this.time.set(time);
    this.steps.set(steps);
    this.counts.set(counts);
    this.head = count;
    this.headSlot = count === this.capacity ? 0 : count;
  }

  /** The running totals before the oldest row of each window. */
  private before(): Float64Array[] {
    return [this.buyBefore, this.sellBefore, this.tradesBefore, this.buyTradesBefore];
  }

  private slotOf(row: number): number {
    const slot = this.headSlot - (this.head - row);
    return slot < 0 ? slot + this.capacity : slot;
  }

  private advance(window: number, nowUs: TimeUs): void {
    this.pass(window, this.head, nowUs - WINDOW_US[window]! - this.baseUs);
  }

  /** Moves a window's tail to a row, or to the first that is not older than an edge. */
  private pass(window: number, to: number, edge = Number.POSITIVE_INFINITY): void {
    const { time, steps, counts, capacity } = this;
    let tail = this.tails[window]!;
    let slot = this.slotOf(tail);
    if (tail >= to || time[slot]! >= edge) return;
    let [buy, sell, trades, buyTrades] = [0, 0, 0, 0];
    for (; tail < to && time[slot]! < edge; tail++) {
      const count = counts[slot]!;
      if (count > 0) {
        buy += steps[slot]!;
        buyTrades += count;
        trades += count;
      } else {
        sell += steps[slot]!;
        trades -= count;
      }
      slot = slot + 1 === capacity ? 0 : slot + 1;
    }
    this.tails[window] = tail;
    this.buyBefore[window]! += buy;
    this.sellBefore[window]! += sell;
    this.tradesBefore[window]! += trades;
    this.buyTradesBefore[window]! += buyTrades;
  }

  /** Forgets what left the longest window. */
  private forget(nowUs: TimeUs): void {
    this.advance(LONGEST, nowUs);
    for (let w = 0; w < LONGEST; w++) this.pass(w, this.tails[LONGEST]!);
  }

  /** Called when the ring is full: forgets what is too old, else grows, else drops the oldest trade. */
  private makeRoom(nowUs: TimeUs): void {
    this.forget(nowUs);
    const oldest = this.tails[LONGEST]!;
    const held = this.head - oldest;
    if (held >= this.maxTrades) {
      this.droppedUs = this.baseUs + this.time[this.slotOf(oldest)]!;
      for (let w = 0; w < WINDOW_US.length; w++) this.pass(w, oldest + 1);
    } else if (held * GROWTH > this.capacity && this.capacity < this.maxTrades) {
      this.resize(Math.min(this.maxTrades, Math.ceil(this.capacity * GROWTH)));
    }
  }

  /** Counts times from the oldest row on that is held; returns that of a new one. */
  private moveBase(timeUs: TimeUs): number {
    this.forget(timeUs);
    const oldest = this.tails[LONGEST]!;
    const baseUs = oldest === this.head ? timeUs : this.baseUs + this.time[this.slotOf(oldest)]!;
    const shift = baseUs - this.baseUs;
    for (let slot = 0; slot < this.capacity; slot++) this.time[slot]! -= shift;
    this.baseUs = baseUs;
    return timeUs - baseUs;
  }

  private resize(capacity: number): void {
    const held = this.head - this.tails[LONGEST]!;
    const from = held === 0 ? 0 : this.slotOf(this.tails[LONGEST]!);
    this.time = turned(this.time, new Int32Array(capacity), from, held);
    this.steps = turned(this.steps, emptyLike(this.steps, capacity), from, held);
    this.counts = turned(this.counts, new Int32Array(capacity), from, held);
    this.capacity = capacity;
    this.headSlot = held === capacity ? 0 : held;
  }
}
