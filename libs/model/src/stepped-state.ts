import type { Timeframe } from './candle.ts';
import type { GapId, InstrumentId, ZoneId } from './ids.ts';
import type { Microstructure, ProfileScope } from './market-state.ts';
import type { RuleSet } from './rule-set.ts';
import type { TimeUs } from './time.ts';
import type { GapKind, GapStatus, ZoneKind, ZoneOrigin, ZoneStatus } from './zone.ts';

/** The features that have a number on the wire; names of others travel as text. */
export const NUMBERED_FEATURES = [
  ...(['ema_20', 'ema_50', 'ema_200', 'adx_14', 'plus_di_14', 'minus_di_14', 'atr_14'] as const),
  ...(['atr_percent', 'hurst', 'mean_reversion', 'autocorrelation', 'deviation_50'] as const),
  ...(['deviation_20', 'volume_spike', 'variance_ratio', 'variance_ratio_z', 'ou_half_life'] as const),
] as const;
export type FeatureName = 'other' | (typeof NUMBERED_FEATURES)[number];

/** The last closed bar of a timeframe. *Units*: whole steps; µs before the state. */
export interface SteppedBar {
  readonly openAgoUs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** What the closed bars of one timeframe say, as `BarReading`. */
export interface SteppedBars {
  readonly timeframe: Timeframe;
  readonly bars: number;
  readonly last: SteppedBar | null;
  readonly values: readonly (number | null)[];
}

/** Where volume traded. *Units*: whole steps. */
export interface SteppedProfile {
  readonly scope: ProfileScope;
  readonly poc: number;
  readonly pocRunnerUp: number | null;
  readonly areaLow: number | null;
  readonly areaHigh: number | null;
  readonly volume: number;
}

/** Zones of one set of rules by columns. *Units*: prices whole steps; times µs before the state. */
export interface ZoneColumns {
  readonly zone: readonly ZoneId[];
  readonly timeframe: readonly Timeframe[];
  readonly kind: readonly ZoneKind[];
  readonly origin: readonly ZoneOrigin[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly strength: readonly number[];
  readonly status: readonly ZoneStatus[];
  readonly touches: readonly number[];
  readonly firstSeenAgoUs: readonly number[];
  /** 1 more; 0 when never. */
  readonly lastTestedAgoUs: readonly number[];
}

/** Gaps of one set of rules by columns. *Units*: as of ZoneColumns. */
export interface GapColumns {
  readonly fairValueGap: readonly GapId[];
  readonly timeframe: readonly Timeframe[];
  readonly kind: readonly GapKind[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** Empty where all are 0. */
  readonly filled: readonly number[];
  readonly status: readonly GapStatus[];
  readonly createdAgoUs: readonly number[];
  /** 1 more; 0 while not filled. */
  readonly filledAgoUs: readonly number[];
}

/** What one set of rules has drawn. */
export interface SteppedStructure {
  readonly rules: RuleSet;
  readonly zones: ZoneColumns;
  readonly gaps: GapColumns;
  readonly profiles: readonly SteppedProfile[];
}

/**
 * A MarketState as it travels: prices and volumes in whole steps, what all of it has in common said once.
 * *Shape*: `flow` four numbers for each window, as `MarketStateChanged`; `otherFeatures` the names of those
 * that are `other`; `exact` the numbers that are no whole steps, in the order of the fields.
 */
export interface SteppedState {
  readonly instrument: InstrumentId;
  readonly timeUs: TimeUs;
  readonly priceSteps: number;
  readonly priceStep: number;
  readonly quantityStep: number;
  readonly complete: boolean;
  readonly trades: number;
  readonly cvd: number;
  readonly flow: readonly number[];
  readonly features: readonly FeatureName[];
  readonly otherFeatures: readonly string[];
  readonly bars: readonly SteppedBars[];
  readonly microstructure: Microstructure | null;
  readonly structures: readonly SteppedStructure[];
  readonly sinceUs: TimeUs | null;
  readonly exact: readonly number[];
}
