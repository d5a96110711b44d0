import type { Candle, FeedEvent, TimeAdvanced, TradeRefusalCode } from '@algo/model';
import { codec, part, tagged, wrapped } from '../codec.ts';
import { double, flag, list, oneWordOf, text, whole, word } from '../field.ts';
import { algo } from '../generated/algo.v1.js';
import { instrument, timeframe } from './vocabulary.ts';

const refusalCode = oneWordOf<TradeRefusalCode>('TradeRefusalCode', {
  PRICE_NOT_POSITIVE: 1,
  QUANTITY_NOT_POSITIVE: 2,
  TIME_BACKWARDS: 3,
  DUPLICATE_ID: 4,
  UNREADABLE_ROW: 5,
});

const candle = part<Candle>('Candle', {
  instrument,
  timeframe,
  openTimeUs: whole,
  open: double,
  high: double,
  low: double,
  close: double,
  volume: double,
  buyVolume: double,
  sellVolume: double,
  trades: whole,
  buyTrades: whole,
  sellTrades: whole,
  complete: flag,
});

const gap = { instrument, fromTradeId: whole, toTradeId: whole, timeUs: whole };

export const feedCodecs = {
  FeedConnected: codec(
    algo.v1.FeedConnected,
    tagged<FeedEvent, 'FeedConnected'>('FeedConnected', { instrument, source: text, timeUs: whole }),
  ),
  FeedDisconnected: codec(
    algo.v1.FeedDisconnected,
    tagged<FeedEvent, 'FeedDisconnected'>('FeedDisconnected', {
      instrument,
      source: text,
      reason: text,
      timeUs: whole,
    }),
  ),
  GapOpened: codec(
    algo.v1.GapOpened,
    tagged<FeedEvent, 'GapOpened'>('GapOpened', { ...gap, missing: whole }),
  ),
  GapFilled: codec(
    algo.v1.GapFilled,
    tagged<FeedEvent, 'GapFilled'>('GapFilled', { ...gap, recovered: whole }),
  ),
  GapUnfillable: codec(
    algo.v1.GapUnfillable,
    tagged<FeedEvent, 'GapUnfillable'>('GapUnfillable', { ...gap, missing: whole, reason: text }),
  ),
  TradeRefused: codec(
    algo.v1.TradeRefused,
    tagged<FeedEvent, 'TradeRefused'>('TradeRefused', {
      instrument,
      tradeId: text,
      code: refusalCode,
      detail: text,
      timeUs: whole,
    }),
  ),
  FeedEnded: codec(
    algo.v1.FeedEnded,
    tagged<FeedEvent, 'FeedEnded'>('FeedEnded', { instrument, trades: whole, timeUs: whole }),
  ),
};

export const timeCodecs = {
  TimeAdvanced: codec(
    algo.v1.TimeAdvanced,
    tagged<TimeAdvanced, 'TimeAdvanced'>('TimeAdvanced', {
      feed: word,
      toldUs: whole,
      sureUs: whole,
      behind: list(instrument),
      wallUs: whole,
      speed: double,
      warm: flag,
    }),
  ),
};

export const candleCodecs = {
  CandleClosed: codec(algo.v1.CandleClosed, wrapped('CandleClosed', 'candle', candle)),
};
