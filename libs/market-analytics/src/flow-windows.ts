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
import type { TradeReader, TradeRing } from './trade-ring.ts';

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
 * 1 µs after it. Each window keeps the running totals before its oldest trade, so that it is two
 * subtractions, and only tails move, when a window is read. *Units*: volumes in whole quantity steps, hence
 * exact.
 */
export class FlowWindows implements InSteps, TradeReader {
  /** Running totals since the last `rebase`. */
  volume = 0;
  buy = 0;
  trades = 0;
  buyTrades = 0;
  private readonly ring: TradeRing;
  /** By window: number of its oldest row, and the running totals before it. */
  private readonly tails = new Float64Array(WINDOW_US.length);
  private readonly volumeBefore = new Float64Array(WINDOW_US.length);
  private readonly buyBefore = new Float64Array(WINDOW_US.length);
  private readonly tradesBefore = new Float64Array(WINDOW_US.length);
  private readonly buyTradesBefore = new Float64Array(WINDOW_US.length);

  constructor(ring: TradeRing) {
    this.ring = ring;
    ring.addReader(this);
  }

  get sell(): number {
    return this.volume - this.buy;
  }

  /** Takes a row that stands for `trades` trades of one side; `isBuy` is 1 or 0. */
  add(timeUs: TimeUs, price: number, steps: number, isBuy: 0 | 1, trades: number): void {
    this.ring.nextUs = timeUs;
    this.ring.add(price, steps, (2 * isBuy - 1) * trades);
    this.volume += steps;
    this.buy += steps * isBuy;
    this.trades += trades;
    this.buyTrades += trades * isBuy;
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
    const sell = this.volume - this.volumeBefore[ONE_MINUTE]! - buy;
    if (buy > ratio * sell) return 1;
    return sell > ratio * buy ? -1 : 0;
  }

  /** Returns what each window holds at `nowUs`, in order of FLOW_WINDOWS. */
  read(nowUs: TimeUs, quantity: Grid): OrderFlow[] {
    return [
      this.readWindow(0, nowUs, quantity),
      this.readWindow(1, nowUs, quantity),
      this.readWindow(2, nowUs, quantity),
      this.readWindow(3, nowUs, quantity),
    ];
  }

  wantedFrom(momentUs: TimeUs): number {
    this.advance(LONGEST, momentUs);
    const oldest = this.tails[LONGEST]!;
    // A window that is behind has the same before it there as the longest.
    for (let w = 0; w < LONGEST; w++)
      if (this.tails[w]! < oldest)
        for (const column of [this.tails, ...this.before()]) column[w] = column[LONGEST]!;
    return oldest;
  }

  passTo(row: number): void {
    for (let w = 0; w < WINDOW_US.length; w++) this.pass(w, row);
  }

  /** Starts the running totals afresh, so that they stay exact for ever; the windows don't change. */
  rebase(nowUs: TimeUs): void {
    for (let w = 0; w < WINDOW_US.length; w++) {
      this.advance(w, nowUs);
      this.volumeBefore[w]! -= this.volume;
      this.buyBefore[w]! -= this.buy;
      this.tradesBefore[w]! -= this.trades;
      this.buyTradesBefore[w]! -= this.buyTrades;
    }
    this.volume = 0;
    this.buy = 0;
    this.trades = 0;
    this.buyTrades = 0;
  }

  rescale(_priceFactor: number, quantityFactor: number): void {
    this.volume *= quantityFactor;
    this.buy *= quantityFactor;
    for (const column of [this.volumeBefore, this.buyBefore])
      for (let i = 0; i < column.length; i++) column[i]! *= quantityFactor;
  }

  /** Writes what stands beside the ring, right behind it. */
  save(to: SnapshotWriter, nowUs: TimeUs): void {
    for (let w = 0; w < WINDOW_US.length; w++) this.advance(w, nowUs);
    to.numbers([this.volume, this.buy, this.trades, this.buyTrades]);
    to.numbers(this.tails.map((tail) => tail - this.ring.tail));
    for (const before of this.before()) to.numbers(before);
  }

  load(from: SnapshotReader): void {
    const [volume, buy, trades, buyTrades] = from.numbers();
    this.volume = volume!;
    this.buy = buy!;
    this.trades = trades!;
    this.buyTrades = buyTrades!;
    this.tails.set(from.numbers());
    for (const before of this.before()) before.set(from.numbers());
  }

  private readWindow(w: number, nowUs: TimeUs, quantity: Grid): OrderFlow {
    this.advance(w, nowUs);
    const buy = this.buy - this.buyBefore[w]!;
    const buyTrades = this.buyTrades - this.buyTradesBefore[w]!;
    return {
      window: FLOW_WINDOWS[w]!,
      buyVolume: quantity.toValue(buy),
      sellVolume: quantity.toValue(this.volume - this.volumeBefore[w]! - buy),
      buyTrades,
      sellTrades: this.trades - this.tradesBefore[w]! - buyTrades,
    };
  }

  /** The running totals before the oldest row of each window. */
  private before(): Float64Array[] {
    return [this.volumeBefore, this.buyBefore, this.tradesBefore, this.buyTradesBefore];
  }

  private advance(window: number, nowUs: TimeUs): void {
    this.pass(window, this.ring.head, this.ring.since(nowUs - WINDOW_US[window]!));
  }

  /** Moves a window's tail to a row, or to the first that is not older than an edge. */
  private pass(window: number, to: number, edge = Number.POSITIVE_INFINITY): void {
    const { time, volume: volumes, counts } = this.ring;
    let tail = this.tails[window]!;
    if (tail >= to) return;
    let slot = this.ring.slotOf(tail);
    if (time[slot]! >= edge) return;
    let [volume, buy, trades, buyTrades] = [0, 0, 0, 0];
    for (; tail < to && time[slot]! < edge; tail++) {
      // No branch: the side of a trade is a toss of a coin, and a wrong guess costs more than the sums.
      const count = counts[slot]!;
      const sold = count >> 31;
      volume += volumes[slot]!;
      buy += volumes[slot]! * (1 + sold);
      buyTrades += count & ~sold;
      trades += (count ^ sold) - sold;
      slot = slot + 1 === time.length ? 0 : slot + 1;
    }
    this.tails[window] = tail;
    this.volumeBefore[window]! += volume;
    this.buyBefore[window]! += buy;
    this.tradesBefore[window]! += trades;
    this.buyTradesBefore[window]! += buyTrades;
  }
}
