import type {
  Candle,
  CandleDoubted,
  FairValueGap,
  OrderFlowRow,
  Signal,
  TimeUs,
  ValueArea,
  Zone,
} from '@algo/model';

/** P bulge on top, b bulge below, D in the middle, B two bulges, T spread thin, U none of these. */
export type ProfileShape = 'P' | 'b' | 'D' | 'B' | 'T' | 'U';

/** The prices at which a profile has volume, lowest first, and how much. *Units*: quote; base. */
export interface ProfileData {
  readonly prices: readonly number[];
  readonly volumes: readonly number[];
}

/**
 * Volume by price, as table `market_profile` keeps it. Rule set `classic`: over the last 1, 5, 15 and 60
 * minutes, as each such bar closes; it knows no shapes. `robust`: `developing` since UTC midnight at each 15m
 * close, `session` when the day has ended; nothing below 300 orders, and no shape below 1,000.
 */
export interface MarketProfileRow {
  readonly timeUs: TimeUs;
  readonly timeframe: 'developing' | 'session' | '1m' | '5m' | '15m' | '60m';
  readonly pocPrice: number;
  readonly valueArea: ValueArea | null;
  readonly profileData: ProfileData;
  readonly profileShape: ProfileShape | null;
}

/** Where the engine says what it found: called synchronously, in event order. */
export interface AnalyticsSink {
  /** Each closed bar, all five timeframes, the shortest first. */
  onCandle(candle: Candle): void;
  /** Each bar that was told as complete and is not: trades of it came too late, or are lost. */
  onDoubt(doubted: CandleDoubted): void;
  /** Each step in a zone's life. */
  onZone(zone: Zone): void;
  /** Each step in a gap's life. */
  onGap(gap: FairValueGap): void;
  /** Order flow and microstructure have come to agree. The state is in hand: to be looked at now. */
  onSignal(signal: Signal): void;
  /** A MarketState is due; `state()` may be called here. */
  onStateDue(timeUs: TimeUs): void;
  /** At each 15s close. */
  onOrderFlow(row: OrderFlowRow): void;
  /** As `MarketProfileRow` says. */
  onProfile(row: MarketProfileRow): void;
}

/** Who is told where nobody listens. */
export const NOBODY: AnalyticsSink = {
  onCandle() {},
  onDoubt() {},
  onZone() {},
  onGap() {},
  onSignal() {},
  onStateDue() {},
  onOrderFlow() {},
  onProfile() {},
};
