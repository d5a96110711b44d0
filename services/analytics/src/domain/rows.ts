import type { Candle, FairValueGap, Signal, TimeUs, Zone } from '@algo/model';

/**
 * The taker flow of one closed 15s bar, as table `order_flow` keeps it. *Units*: volumes and sizes base; `imbalanceRatio`
 * buy ÷ sell, 99 at most, 1 when both are 0. *Shape*: `timeUs` is the bar's end; `cvd` runs since UTC midnight; the
 * aggressive counts and average sizes are of taker orders (same time, same side prints merged), sizes 0 without orders.
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

/** P bulge on top, b bulge below, D in the middle, B two bulges, T spread thin, U none of these. */
export type ProfileShape = 'P' | 'b' | 'D' | 'B' | 'T' | 'U';

/** The rows of a profile: row i covers `[firstPrice + i × rowSize, firstPrice + (i + 1) × rowSize)`. *Units*: quote; base. */
export interface ProfileData {
  readonly firstPrice: number;
  readonly rowSize: number;
  readonly volumes: readonly number[];
}

/**
 * The session's volume by price, as table `market_profile` keeps it: `developing` at each 15m close, `session` when the
 * UTC day has ended. Nothing is emitted below 300 orders. `profileShape` null below 1000.
 */
export interface MarketProfileRow {
  readonly timeUs: TimeUs;
  readonly timeframe: 'developing' | 'session';
  readonly pocPrice: number;
  readonly valueAreaHigh: number;
  readonly valueAreaLow: number;
  readonly profileData: ProfileData;
  readonly profileShape: ProfileShape | null;
}

/** Where the engine says what it found: called synchronously, in event order. */
export interface AnalyticsSink {
  /** Each closed bar, all five timeframes, the shortest first. */
  onCandle(candle: Candle): void;
  /** Each step in a zone's life. */
  onZone(zone: Zone): void;
  /** Each step in a gap's life. */
  onGap(gap: FairValueGap): void;
  /** Order flow and microstructure have come to agree. */
  onSignal(signal: Signal): void;
  /** A MarketState is due; `state()` may be called here. */
  onStateDue(timeUs: TimeUs): void;
  /** At each 15s close. */
  onOrderFlow(row: OrderFlowRow): void;
  /** At each 15m close and at the end of a session. */
  onProfile(row: MarketProfileRow): void;
}
