import { TIMEFRAME_US, TIMEFRAMES, type TimeUs } from '@algo/model';
import type { StepBar } from './bar-series.ts';
import type { InSteps } from './resolution.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot.ts';

/** A bar that is still open. *Units*: prices and volumes in whole steps. */
export class FormingBar implements StepBar, InSteps {
  openTimeUs = 0;
  open = 0;
  /** −∞ and ∞ while it has no trade. */
  high = Number.NEGATIVE_INFINITY;
  low = Number.POSITIVE_INFINITY;
  close = 0;
  buy = 0;
  sell = 0;
  buyTrades = 0;
  sellTrades = 0;
  complete = false;

  start(openTimeUs: TimeUs, complete: boolean): void {
    this.openTimeUs = openTimeUs;
    this.high = Number.NEGATIVE_INFINITY;
    this.low = Number.POSITIVE_INFINITY;
    this.buy = 0;
    this.sell = 0;
    this.buyTrades = 0;
    this.sellTrades = 0;
    this.complete = complete;
  }

  /** Takes in a closed bar of the next shorter timeframe; the prices of one without trades are no prices. */
  merge(part: StepBar): void {
    if (!part.complete) this.complete = false;
    if (part.buy + part.sell + part.buyTrades + part.sellTrades === 0) return;
    if (this.high < this.low) this.open = part.open;
    if (part.high > this.high) this.high = part.high;
    if (part.low < this.low) this.low = part.low;
    this.close = part.close;
    this.buy += part.buy;
    this.sell += part.sell;
    this.buyTrades += part.buyTrades;
    this.sellTrades += part.sellTrades;
  }

  /** Gives a bar without trades its four prices. */
  fill(price: number): void {
    if (this.high >= this.low) return;
    this.open = price;
    this.high = price;
    this.low = price;
    this.close = price;
  }

  rescale(priceFactor: number, quantityFactor: number): void {
    this.open *= priceFactor;
    this.high *= priceFactor;
    this.low *= priceFactor;
    this.close *= priceFactor;
    this.buy *= quantityFactor;
    this.sell *= quantityFactor;
  }
}

/** What is kept of a bar besides whether it is complete, in this order. */
const KEPT = [
  ...(['openTimeUs', 'open', 'high', 'low', 'close'] as const),
  ...(['buy', 'sell', 'buyTrades', 'sellTrades'] as const),
];
const LENGTHS = TIMEFRAMES.map((timeframe) => TIMEFRAME_US[timeframe]);

/**
 * The open bars of all timeframes. A trade touches only the 15s bar; a bar that closes is merged into the
 * next longer one. The bars of the very first interval are not complete: the engine started inside them.
 */
export class CandleBuilder implements InSteps {
  /** When the open 15s bar ends; −∞ before the first trade, also before the first behind warm bars. */
  nextCloseUs = Number.NEGATIVE_INFINITY;
  /** From where all trades follow, while bars of somebody else wait for the first; else −∞. */
  warmUntilUs = Number.NEGATIVE_INFINITY;
  readonly shortest = new FormingBar();
  private readonly bars = [this.shortest, ...LENGTHS.slice(1).map(() => new FormingBar())];

  /**
   * Opens bars of every timeframe around a first trade, or around the first after a silence that was skipped.
   * Behind bars of somebody else those that end now are whole, and longer ones go on with what they had.
   */
  startAt(timeUs: TimeUs): void {
    const isWarm = timeUs === this.warmUntilUs;
    for (const [f, bar] of this.bars.entries()) {
      const openTimeUs = Math.floor(timeUs / LENGTHS[f]!) * LENGTHS[f]!;
      const goesOn = isWarm && f > 0 && bar.openTimeUs === openTimeUs;
      if (goesOn) bar.complete = false;
      else bar.start(openTimeUs, isWarm && openTimeUs === timeUs);
    }
    this.warmUntilUs = Number.NEGATIVE_INFINITY;
    this.nextCloseUs = this.shortest.openTimeUs + LENGTHS[0]!;
  }

  /**
   * Makes closed bars of somebody else, of timeframe number `f`, part of the next longer one. What is open of
   * 15s is dropped: all trades from `untilUs` on follow.
   */
  warm(f: number, bars: readonly StepBar[], untilUs: TimeUs): void {
    this.nextCloseUs = Number.NEGATIVE_INFINITY;
    this.warmUntilUs = untilUs;
    const above = this.bars[f + 1];
    if (above === undefined) return;
    const length = LENGTHS[f + 1]!;
    for (const bar of bars) {
      const openTimeUs = Math.floor(bar.openTimeUs / length) * length;
      if (above.openTimeUs !== openTimeUs) above.start(openTimeUs, false);
      above.merge(bar);
    }
  }

  /** Returns when the open bar of timeframe number `f` ends. */
  endOf(f: number): TimeUs {
    return this.bars[f]!.openTimeUs + LENGTHS[f]!;
  }

  /**
   * Merges the open bar of timeframe number `f`, which is over, upwards and returns it; `lastPrice` stands
   * for all four prices when it had no trade. *Shape*: what is returned is the bar that `reopen` begins anew.
   */
  close(f: number, lastPrice: number): StepBar {
    const bar = this.bars[f]!;
    this.bars[f + 1]?.merge(bar);
    bar.fill(lastPrice);
    return bar;
  }

  /** Opens the next bar of timeframe number `f`; `complete` is what one of 15s starts as. */
  reopen(f: number, complete: boolean): void {
    const bar = this.bars[f]!;
    bar.start(bar.openTimeUs + LENGTHS[f]!, f === 0 ? complete : true);
    if (f === 0) this.nextCloseUs += LENGTHS[0]!;
  }

  /**
   * Marks the open bar of timeframe number `f` incomplete
   * if it opened before `timeUs`; returns whether it did.
   */
  cutShort(f: number, timeUs: TimeUs): boolean {
    const bar = this.bars[f]!;
    if (bar.openTimeUs >= timeUs) return false;
    bar.complete = false;
    return true;
  }

  /** Marks the open bars incomplete that a time from one to another, inclusive, falls into. */
  lost(fromUs: TimeUs, toUs: TimeUs): void {
    for (const [f, bar] of this.bars.entries())
      if (bar.openTimeUs <= toUs && fromUs < bar.openTimeUs + LENGTHS[f]!) bar.complete = false;
  }

  rescale(priceFactor: number, quantityFactor: number): void {
    for (const bar of this.bars) bar.rescale(priceFactor, quantityFactor);
  }

  save(to: SnapshotWriter): void {
    to.numbers([this.nextCloseUs, this.warmUntilUs]);
    for (const bar of this.bars) {
      to.numbers(KEPT.map((name) => bar[name]));
      to.flag(bar.complete);
    }
  }

  load(from: SnapshotReader): void {
    const [nextCloseUs, warmUntilUs] = from.numbers();
    this.nextCloseUs = nextCloseUs!;
    this.warmUntilUs = warmUntilUs!;
    for (const bar of this.bars) {
      const values = from.numbers();
      for (const [i, name] of KEPT.entries()) bar[name] = values[i]!;
      bar.complete = from.flag();
    }
  }
}
