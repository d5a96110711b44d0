import type { TimeUs } from './time.ts';

/**
 * The taker flow of one closed 15s bar, as table `order_flow` keeps it. *Units*: volumes and sizes base;
 * `imbalanceRatio` buy ÷ sell, infinite without sells, 1 when both are 0. *Shape*: `timeUs` is the bar's end;
 * `cvd` runs since UTC midnight; the aggressive counts and average sizes are of taker orders (same time, same
 * side prints merged), sizes 0 without orders.
 */
export interface OrderFlowRow {
  readonly timeUs: TimeUs;
  readonly cvd: number;
  readonly buyVolume: number;
  readonly sellVolume: number;
  readonly imbalanceRatio: number;
  readonly delta: number;
  readonly aggressiveBuys: number;
  readonly aggressiveSells: number;
  readonly avgBuySize: number;
  readonly avgSellSize: number;
}
