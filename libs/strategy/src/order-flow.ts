import { FLOW_WINDOWS, type FlowWindow, type MarketState, MIN_TRADES, type Timeframe } from '@algo/model';
import { available, NOT_AVAILABLE } from './check.ts';

/** Above this, or under its inverse, an imbalance is "significant". *Source*: spec 4. */
export const SIGNIFICANT_IMBALANCE = 2.0;

/** Returns whether order flow is measured over a window of this timeframe's length. */
export function isFlowWindow(timeframe: Timeframe): timeframe is FlowWindow {
  return FLOW_WINDOWS.some((window) => window === timeframe);
}

/** `value` null is not available; `note` says why, or how many trades stand behind it. */
export interface FlowReading {
  readonly value: number | null;
  readonly note: string;
}

/**
 * Returns the imbalance over one timeframe. Not available without that window, and with fewer trades in it
 * than make a bar of that length meaningful: one lone print would otherwise read as 99 : 1. *Units*: buy ÷
 * sell volume.
 */
export function flowImbalance(state: MarketState, timeframe: Timeframe): FlowReading {
  const flow = state.flow.find((candidate) => candidate.window === timeframe);
  if (flow === undefined)
    return { value: null, note: `${NOT_AVAILABLE}: no order-flow window of ${timeframe}` };
  const trades = flow.buyTrades + flow.sellTrades;
  const required = MIN_TRADES[timeframe];
  if (trades < required)
    return { value: null, note: `${NOT_AVAILABLE}: ${trades} of ${required} trades in ${timeframe}` };
  const value = available(flow.imbalance);
  return { value, note: value === null ? NOT_AVAILABLE : `${timeframe}, ${trades} trades` };
}
