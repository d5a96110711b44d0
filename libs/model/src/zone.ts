import type { Timeframe } from './candle.ts';
import type { GapId, InstrumentId, ZoneId } from './ids.ts';
import type { TimeUs } from './time.ts';

export type ZoneKind = 'demand' | 'supply';
export type ZoneStatus = 'fresh' | 'tested' | 'broken' | 'expired';
export type ZoneOrigin = 'rejection' | 'base-impulse';

/**
 * A price band where one side showed its hand. *Units*: prices
 * quote, strength 0–100. *Source*: reference analytics §4.
 */
export interface Zone {
  readonly id: ZoneId;
  readonly instrument: InstrumentId;
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
export type GapStatus = 'open' | 'partial' | 'filled' | 'inverted';

/**
 * A fair value gap between the wicks of three consecutive closed bars. *Units*: prices quote, `filled` 0–1.
 */
export interface FairValueGap {
  readonly id: GapId;
  readonly instrument: InstrumentId;
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
