import type { InstrumentId } from './ids.ts';
import type { TimeUs } from './time.ts';

/**
 * Where a feed's time stands: the clock of whoever reads the feed. Said every 250 ms of feed time.
 * *Units*: `toldUs` feed time, drives timers and never stands still while the feed lives; `sureUs` the
 * time up to which all trades were given, drives candles and states; `wallUs` when it was said, by
 * ingest's machine; `speed` feed time per wall time. *Shape*: `behind` lists the instruments that
 * `sureUs` doesn't hold for; `warm` while history is given that nothing may be decided on.
 */
export interface TimeAdvanced {
  readonly type: 'TimeAdvanced';
  readonly feed: string;
  readonly toldUs: TimeUs;
  readonly sureUs: TimeUs;
  readonly behind: readonly InstrumentId[];
  readonly wallUs: TimeUs;
  readonly speed: number;
  readonly warm: boolean;
}

/** What ingest knows of a feed, beside the trades themselves. Trade ids are counted ones. */
export type FeedEvent =
  | {
      readonly type: 'FeedConnected';
      readonly instrument: InstrumentId;
      readonly source: string;
      readonly timeUs: TimeUs;
    }
  | {
      readonly type: 'FeedDisconnected';
      readonly instrument: InstrumentId;
      readonly source: string;
      readonly reason: string;
      readonly timeUs: TimeUs;
    }
  | {
      readonly type: 'GapOpened';
      readonly instrument: InstrumentId;
      readonly fromTradeId: number;
      readonly toTradeId: number;
      readonly missing: number;
      readonly timeUs: TimeUs;
    }
  | {
      readonly type: 'GapFilled';
      readonly instrument: InstrumentId;
      readonly fromTradeId: number;
      readonly toTradeId: number;
      readonly recovered: number;
      /** Ids that the venue itself has no trade of: nothing is lost with them. */
      readonly absent: number;
      readonly timeUs: TimeUs;
    }
  | {
      readonly type: 'GapUnfillable';
      readonly instrument: InstrumentId;
      readonly fromTradeId: number;
      readonly toTradeId: number;
      readonly missing: number;
      readonly code: GapReasonCode;
      readonly reason: string;
      readonly timeUs: TimeUs;
    }
  | {
      readonly type: 'TradeRefused';
      readonly instrument: InstrumentId;
      readonly tradeId: string;
      readonly code: TradeRefusalCode;
      readonly detail: string;
      readonly timeUs: TimeUs;
    }
  | {
      readonly type: 'FeedEnded';
      readonly instrument: InstrumentId;
      readonly trades: number;
      readonly timeUs: TimeUs;
    };

/**
 * Why a gap stays. `TIMEOUT`: not fetched in the time that trades may wait behind it; `BUDGET`: the venue
 * would have been asked too much; `TOO_OLD`: too many trades to be fetched; `BOUND`: too many trades waited
 * behind it; `VENUE_LACKS`: the venue's history did not reach it in time; `NO_REST`: there is nobody to ask;
 * `RESTARTED`: the venue began to count anew, nobody knows what lies between.
 */
export const GAP_REASON_CODES = [
  'TIMEOUT',
  'BUDGET',
  'TOO_OLD',
  'BOUND',
  'VENUE_LACKS',
  'NO_REST',
  'RESTARTED',
] as const;
export type GapReasonCode = (typeof GAP_REASON_CODES)[number];

/**
 * Why a trade is left out. `LATE`: it came after its place was given up; `CONFLICT`: another trade has its
 * id, and stands.
 */
export const TRADE_REFUSAL_CODES = [
  'PRICE_NOT_POSITIVE',
  'QUANTITY_NOT_POSITIVE',
  'TIME_BACKWARDS',
  'TIME_AHEAD',
  'DUPLICATE_ID',
  'UNREADABLE_ROW',
  'LATE',
  'CONFLICT',
] as const;
export type TradeRefusalCode = (typeof TRADE_REFUSAL_CODES)[number];
