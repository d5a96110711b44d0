import {
  type Direction,
  FLOW_WINDOWS,
  type FlowWindow,
  imbalanceOf,
  type MarketState,
  MIN_TRADES,
  type Timeframe,
  wholeSteps,
} from '@algo/model';
import { NOT_AVAILABLE } from './check.ts';

/** Above this, or under its inverse, an imbalance is "significant". *Source*: spec 4. */
export const SIGNIFICANT_IMBALANCE = 2.0;

/** Returns whether order flow is measured over a window of this timeframe's length. */
export function isFlowWindow(timeframe: Timeframe): timeframe is FlowWindow {
  return FLOW_WINDOWS.some((window) => window === timeframe);
}

/** Taker volumes of one window. *Units*: whole quantity steps, so that ratios are compared exactly. */
export interface FlowLots {
  readonly buy: number;
  readonly sell: number;
  readonly trades: number;
}

/** Returns what a window holds; null where the state has no such window. */
export function flowLots(state: MarketState, window: FlowWindow): FlowLots | null {
  const flow = state.flow.find((candidate) => candidate.window === window);
  if (flow === undefined) return null;
  return {
    buy: wholeSteps(flow.buyVolume, state.quantityStep),
    sell: wholeSteps(flow.sellVolume, state.quantityStep),
    trades: flow.buyTrades + flow.sellTrades,
  };
}

/** Returns buy ÷ sell; infinite without sells, 1 when nothing traded. */
export function lotsRatio({ buy, sell }: FlowLots): number {
  return imbalanceOf({ buyVolume: buy, sellVolume: sell });
}

/** `lots` null is not available; `note` says why, or how many trades stand behind it. */
export interface FlowReading {
  readonly lots: FlowLots | null;
  readonly note: () => string;
}

/**
 * Returns the flow over one timeframe. Not available without that window, and with fewer trades in it than
 * make a bar of that length meaningful: one lone print would otherwise say that only one side trades.
 */
export function readFlow(state: MarketState, timeframe: Timeframe): FlowReading {
  const lots = isFlowWindow(timeframe) ? flowLots(state, timeframe) : null;
  if (lots === null) return { lots, note: () => `${NOT_AVAILABLE}: no order-flow window of ${timeframe}` };
  const required = MIN_TRADES[timeframe];
  if (lots.trades < required)
    return {
      lots: null,
      note: () => `${NOT_AVAILABLE}: ${lots.trades} of ${required} trades in ${timeframe}`,
    };
  return { lots, note: () => `${timeframe}, ${lots.trades} trades${lots.sell === 0 ? ', no sells' : ''}` };
}

/** Returns the side that takes more than `ratio` times what the other one does. */
export function flowSide({ buy, sell }: FlowLots, ratio: number): Direction | null {
  if (buy > ratio * sell) return 'long';
  return sell > ratio * buy ? 'short' : null;
}
