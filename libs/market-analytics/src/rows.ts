import type { Candle, FairValueGap, OrderFlowRow, Signal, TimeUs, Zone } from '@algo/model';

/** P bulge on top, b bulge below, D in the middle, B two bulges, T spread thin, U none of these. */
export type ProfileShape = 'P' | 'b' | 'D' | 'B' | 'T' | 'U';

/**
 * The rows of a profile: row i covers `[firstPrice + i × rowSize,
 * firstPrice + (i + 1) × rowSize)`. *Units*: quote; base.
 */
export interface ProfileData {
  readonly firstPrice: number;
  readonly rowSize: number;
  readonly volumes: readonly number[];
}

/**
 * The session's volume by price, as table `market_profile` keeps it: `developing` at each 15m close,
 * `session` when the UTC day has ended. Nothing is emitted below 300 orders. `profileShape` null below 1000.
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
