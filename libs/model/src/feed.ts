import type { InstrumentId } from './ids.ts';
import type { TimeUs } from './time.ts';

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
      readonly timeUs: TimeUs;
    }
  | {
      readonly type: 'GapUnfillable';
      readonly instrument: InstrumentId;
      readonly fromTradeId: number;
      readonly toTradeId: number;
      readonly missing: number;
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
  | { readonly type: 'TimeAdvanced'; readonly instrument: InstrumentId; readonly timeUs: TimeUs }
  | {
      readonly type: 'FeedEnded';
      readonly instrument: InstrumentId;
      readonly trades: number;
      readonly timeUs: TimeUs;
    };

export const TRADE_REFUSAL_CODES = [
  'PRICE_NOT_POSITIVE',
  'QUANTITY_NOT_POSITIVE',
  'TIME_BACKWARDS',
  'DUPLICATE_ID',
  'UNREADABLE_ROW',
] as const;
export type TradeRefusalCode = (typeof TRADE_REFUSAL_CODES)[number];
