import { type Grid, imbalanceOf, type OrderFlowRow, type TimeUs } from '@algo/model';
import type { FormingBar } from './candle-builder.ts';
import type { FlowWindows } from './flow-windows.ts';
import type { MicrostructureReading } from './microstructure.ts';
import type { InSteps } from './resolution.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot.ts';

/**
 * The taker flow of the open 15s bar, by difference: trades
 * touch only the running totals, which others keep anyway.
 */
export class BarFlow implements InSteps {
  private readonly flow: FlowWindows;
  private readonly micro: MicrostructureReading;
  private buy = 0;
  private sell = 0;
  private trades = 0;
  private buyTrades = 0;
  private buyOrders = 0;
  private sellOrders = 0;

  constructor(flow: FlowWindows, micro: MicrostructureReading) {
    this.flow = flow;
    this.micro = micro;
  }

  /** Fills the bar's volumes and counts; `trades` is the count since the engine's start. */
  fill(bar: FormingBar, trades: number): void {
    bar.buy = this.flow.buy - this.buy;
    bar.sell = this.flow.sell - this.sell;
    bar.buyTrades = this.flow.buyTrades - this.buyTrades;
    bar.sellTrades = trades - this.trades - bar.buyTrades;
  }

  /** Returns the row of the bar that ends at `timeUs`. */
  row(timeUs: TimeUs, cvd: number, quantity: Grid): OrderFlowRow {
    const buy = this.flow.buy - this.buy;
    const sell = this.flow.sell - this.sell;
    const buys = this.micro.buyOrders - this.buyOrders;
    const sells = this.micro.orders - this.micro.buyOrders - this.sellOrders;
    return {
      timeUs,
      cvd,
      buyVolume: quantity.toValue(buy),
      sellVolume: quantity.toValue(sell),
      imbalanceRatio: imbalanceOf({ buyVolume: buy, sellVolume: sell }),
      delta: quantity.toValue(buy - sell),
      aggressiveBuys: buys,
      aggressiveSells: sells,
      avgBuySize: buys > 0 ? quantity.toValue(buy) / buys : 0,
      avgSellSize: sells > 0 ? quantity.toValue(sell) / sells : 0,
    };
  }

  /** The running totals are about to begin afresh: what the bar began at moves with them. */
  rebase(): void {
    this.buy -= this.flow.buy;
    this.sell -= this.flow.sell;
    this.buyTrades -= this.flow.buyTrades;
  }

  rescale(_priceFactor: number, quantityFactor: number): void {
    this.buy *= quantityFactor;
    this.sell *= quantityFactor;
  }

  /** Begins a bar at the totals as they stand. */
  restart(trades: number): void {
    this.buy = this.flow.buy;
    this.sell = this.flow.sell;
    this.trades = trades;
    this.buyTrades = this.flow.buyTrades;
    this.buyOrders = this.micro.buyOrders;
    this.sellOrders = this.micro.orders - this.micro.buyOrders;
  }

  save(to: SnapshotWriter): void {
    to.numbers([this.buy, this.sell, this.trades, this.buyTrades, this.buyOrders, this.sellOrders]);
  }

  load(from: SnapshotReader): void {
    const v = from.numbers();
    this.buy = v[0]!;
    this.sell = v[1]!;
    this.trades = v[2]!;
    this.buyTrades = v[3]!;
    this.buyOrders = v[4]!;
    this.sellOrders = v[5]!;
  }
}
