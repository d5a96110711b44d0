import { type Grid, type TimeUs, US_PER_MINUTE, US_PER_SECOND } from '@algo/model';
import type { InSteps } from './resolution.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot.ts';
import type { TapeTip } from './tape-tip.ts';
import { BLOCK_ROWS } from './trade-block.ts';
import type { TradeReader, TradeRing } from './trade-ring.ts';

/** *Units*: µs, in order of FLOW_WINDOWS. */
const WINDOW_US = [15 * US_PER_SECOND, US_PER_MINUTE, 5 * US_PER_MINUTE, 15 * US_PER_MINUTE] as const;
/** How far back the longest flow window reaches. *Units*: µs. */
export const LONGEST_WINDOW_US = WINDOW_US[3];
/** Of a window: number of its oldest row, and the running totals before that. */
const PARTS = 5;
const TAIL = 0;
const VOLUME = 1;
const BUY = 2;
const TRADES = 3;
const BUY_TRADES = 4;
/** Where two of the windows begin. */
const ONE_MINUTE = PARTS;
const LONGEST = 3 * PARTS;
/** What is told of a window. *Units*: base; trades. */
export const HELD = 4;
export const BOUGHT = 0;
export const SOLD = 1;
export const TRADES_BOUGHT = 2;
export const TRADES_SOLD = 3;
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
  /** By window, its parts one after the other. */
  private readonly windows = new Float64Array(WINDOW_US.length * PARTS);
  /** The moment that tails are moved to, as the ring counts: handed over it would go to the heap. */
  private readonly now = new Float64Array(1);
  /** The tape's turn that all windows were last read at, and what they held then, one after the other. */
  turn = -1;
  readonly held = new Float64Array(WINDOW_US.length * HELD);

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
    const { windows } = this;
    const held = this.trades - windows[ONE_MINUTE + TRADES]!;
    if (held === 0 || held < minTrades) return 0;
    const buy = this.buy - windows[ONE_MINUTE + BUY]!;
    const sell = this.volume - windows[ONE_MINUTE + VOLUME]! - buy;
    if (buy > ratio * sell) return 1;
    return sell > ratio * buy ? -1 : 0;
  }

  /** Reads all windows where the tape is. */
  read(tip: TapeTip, quantity: Grid): void {
    const { held } = this;
    this.record(tip, held, 0);
    for (let at = 0; at < held.length; at += HELD) {
      held[at + BOUGHT] = quantity.toValue(held[at + BOUGHT]!);
      held[at + SOLD] = quantity.toValue(held[at + SOLD]!);
    }
    this.turn = tip.turn;
  }

  /** Writes the same into a list, from a place on. *Units*: volumes whole steps. */
  record(tip: TapeTip, to: Float64Array, from: number): void {
    this.now[0] = this.ring.since(tip.momentUs);
    this.pass(0, LONGEST, this.ring.head);
    const { volume, buy, trades, buyTrades, windows } = this;
    let at = from;
    for (let w = 0; w <= LONGEST; w += PARTS) {
      const bought = buy - windows[w + BUY]!;
      const tradesBought = buyTrades - windows[w + BUY_TRADES]!;
      to[at + BOUGHT] = bought;
      to[at + SOLD] = volume - windows[w + VOLUME]! - bought;
      to[at + TRADES_BOUGHT] = tradesBought;
      to[at + TRADES_SOLD] = trades - windows[w + TRADES]! - tradesBought;
      at += HELD;
    }
  }

  wantedFrom(momentUs: TimeUs): number {
    const { windows } = this;
    this.advance(LONGEST, momentUs);
    const oldest = windows[LONGEST + TAIL]!;
    // A window that is behind has the same before it there as the longest.
    for (let w = 0; w < LONGEST; w += PARTS)
      if (windows[w + TAIL]! < oldest) windows.copyWithin(w, LONGEST, LONGEST + PARTS);
    return oldest;
  }

  passTo(row: number): void {
    this.now[0] = Number.POSITIVE_INFINITY;
    this.pass(0, LONGEST, row);
  }

  /** Starts the running totals afresh, so that they stay exact for ever; the windows don't change. */
  rebase(nowUs: TimeUs): void {
    const { windows } = this;
    for (let w = 0; w <= LONGEST; w += PARTS) {
      this.advance(w, nowUs);
      windows[w + VOLUME]! -= this.volume;
      windows[w + BUY]! -= this.buy;
      windows[w + TRADES]! -= this.trades;
      windows[w + BUY_TRADES]! -= this.buyTrades;
    }
    this.volume = 0;
    this.buy = 0;
    this.trades = 0;
    this.buyTrades = 0;
  }

  rescale(_priceFactor: number, quantityFactor: number): void {
    this.volume *= quantityFactor;
    this.buy *= quantityFactor;
    for (let w = 0; w <= LONGEST; w += PARTS)
      for (const part of [VOLUME, BUY]) this.windows[w + part]! *= quantityFactor;
  }

  /** Writes what stands beside the ring, right behind it. */
  save(to: SnapshotWriter, nowUs: TimeUs): void {
    const windows = this.windows.slice();
    for (let w = 0; w <= LONGEST; w += PARTS) {
      this.advance(w, nowUs);
      windows.set(this.windows.subarray(w, w + PARTS), w);
      windows[w + TAIL]! -= this.ring.tail;
    }
    to.numbers([this.volume, this.buy, this.trades, this.buyTrades]);
    to.numbers(windows);
  }

  load(from: SnapshotReader): void {
    const [volume, buy, trades, buyTrades] = from.numbers();
    this.volume = volume!;
    this.buy = buy!;
    this.trades = trades!;
    this.buyTrades = buyTrades!;
    this.windows.set(from.numbers());
  }

  private advance(w: number, nowUs: TimeUs): void {
    this.now[0] = this.ring.since(nowUs);
    this.pass(w, w, this.ring.head);
  }

  /** Moves the tails of some windows to a row, or to the first that is in the window. */
  private pass(first: number, last: number, to: number): void {
    const { now, ring, windows } = this;
    const { unitUs } = ring;
    let window = first / PARTS;
    for (let w = first; w <= last; w += PARTS) {
      const edge = now[0]! - WINDOW_US[window++]! / unitUs;
      const from = windows[w + TAIL]!;
      if (from >= to) continue;
      let block = ring.blockOf(from);
      let slot = ring.slotOf(from);
      if (block.time[slot]! >= edge) continue;
      let tail = from;
      let volume = 0;
      let buy = 0;
      let trades = 0;
      let buyTrades = 0;
      for (;;) {
        const { time, volume: volumes, counts } = block;
        const end = Math.min(BLOCK_ROWS, slot + to - tail);
        tail -= slot;
        for (; slot < end && time[slot]! < edge; slot++) {
          // No branch: the side of a trade is a toss of a coin, and a wrong guess costs more than the sums.
          const count = counts[slot]!;
          const sold = count >> 31;
          volume += volumes[slot]!;
          buy += volumes[slot]! * (1 + sold);
          buyTrades += count & ~sold;
          trades += (count ^ sold) - sold;
        }
        tail += slot;
        if (slot < end || tail === to) break;
        block = ring.blockOf(tail);
        slot = 0;
      }
      windows[w + TAIL] = tail;
      windows[w + VOLUME]! += volume;
      windows[w + BUY]! += buy;
      windows[w + TRADES]! += trades;
      windows[w + BUY_TRADES]! += buyTrades;
    }
  }
}
