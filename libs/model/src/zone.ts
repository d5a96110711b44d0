import type { Timeframe } from './candle.ts';
import type { GapId, InstrumentId, ZoneId } from './ids.ts';
import type { RuleSet } from './rule-set.ts';
import type { TimeUs } from './time.ts';

export type ZoneKind = 'demand' | 'supply';
export type ZoneStatus = 'fresh' | 'tested' | 'broken' | 'expired';
/** What made a zone: `wick` is the classic rule, the others are the robust ones. */
export type ZoneOrigin = 'wick' | 'rejection' | 'base-impulse';

/**
 * A price band where one side showed its hand. *Units*: prices
 * quote, strength 0–100. *Source*: reference analytics §4.
 */
export interface Zone {
  readonly id: ZoneId;
  readonly instrument: InstrumentId;
  readonly rules: RuleSet;
  readonly timeframe: Timeframe;
  readonly kind: ZoneKind;
  readonly origin: ZoneOrigin;
  readonly low: number;
  readonly high: number;
  readonly strength: number;
  readonly status: ZoneStatus;
  readonly touches: number;
  readonly firstSeenUs: TimeUs;
  /** 0 when never tested. */
  readonly lastTestedUs: TimeUs;
}

export type GapKind = 'bullish' | 'bearish';
export type GapStatus = 'open' | 'touched' | 'partial' | 'filled' | 'inverted' | 'expired';

/**
 * A fair value gap between the wicks of three consecutive closed bars. *Units*: prices quote, `filled` 0–1.
 */
export interface FairValueGap {
  readonly id: GapId;
  readonly instrument: InstrumentId;
  readonly rules: RuleSet;
  readonly timeframe: Timeframe;
  readonly kind: GapKind;
  readonly low: number;
  readonly high: number;
  readonly filled: number;
  readonly status: GapStatus;
  readonly createdUs: TimeUs;
  /** 0 while not filled. */
  readonly filledUs: TimeUs;
}
