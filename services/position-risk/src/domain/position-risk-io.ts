import type {
  AskWall,
  Candle,
  CashMoved,
  ClosePosition,
  CommandObeyed,
  ControlCommand,
  CorrectionMade,
  DustChanged,
  GuardAlive,
  InstrumentChanged,
  OrderEvent,
  PositionEvent,
  ProtectPosition,
  RiskEvent,
  TimeAdvanced,
  TradeColumns,
  WallTold,
} from '@algo/model';
import type { NamedRules } from './portfolio/portfolio-rules.ts';

/**
 * What the guard hears: orders' facts, cash that moved, the market's trades, event time as it goes on, an
 * operator's commands.
 */
export type PositionRiskInput =
  | OrderEvent
  | CorrectionMade
  | CashMoved
  | InstrumentChanged
  | { readonly type: 'TradesSeen'; readonly trades: SeenPrices }
  | { readonly type: 'CandleClosed'; readonly candle: Candle }
  | ({ readonly type: 'RulesChosen' } & NamedRules)
  | TimeAdvanced
  | Extract<ControlCommand, { type: 'SetTradingMode' | 'FlattenAll' }>
  | ({ readonly type: 'WallTold' } & WallTold);
/** The prices of trades, oldest first; of a feed with a hole also of those that wait behind it. */
export type SeenPrices = Pick<TradeColumns, 'instrument' | 'count' | 'timeUs' | 'price'>;

/**
 * What the guard says: facts of positions and of risk, the exits it asks for, the stops at the venue, answers
 * to people; and what it asks of the outside.
 */
export type PositionRiskOutput =
  | PositionEvent
  | DustChanged
  | RiskEvent
  | ClosePosition
  | ProtectPosition
  | ({ readonly type: 'GuardAlive' } & GuardAlive)
  | ({ readonly type: 'CommandObeyed' } & CommandObeyed)
  | AskWall;
