import type {
  ClosePosition,
  ControlCommand,
  GuardAlive,
  OrderEvent,
  PositionEvent,
  ProtectPosition,
  RiskEvent,
  TimeAdvanced,
  TradeColumns,
} from '@algo/model';

/**
 * What the guard hears: orders' facts, the market's trades, event time as it goes on, an operator's commands.
 */
export type PositionRiskInput =
  | OrderEvent
  | { readonly type: 'TradesSeen'; readonly trades: TradeColumns }
  | TimeAdvanced
  | ControlCommand;
/** What the guard says: facts of positions and of risk, the exits it asks for, and the stops at the venue. */
export type PositionRiskOutput =
  | PositionEvent
  | RiskEvent
  | ClosePosition
  | ProtectPosition
  | ({ readonly type: 'GuardAlive' } & GuardAlive);
