export { BinanceStandIn } from './binance/binance-stand-in.ts';
export { BrokenMarket, type Listener } from './binance/broken-market.ts';
export type { BrokenPlan } from './binance/broken-plan.ts';
export { linesOfTrades } from './binance/broken-tape.ts';
export { type BinanceDialect, SPOT_DIALECT, USDM_DIALECT } from './binance/dialect.ts';
export { malformedFrames } from './binance/malformed-frames.ts';
export type { ReadFault, StandInOptions } from './binance/stand-in-options.ts';
export { aggregateFrame, klineFrame, tradeFrame } from './binance/stream-frames.ts';
export type { StandInClient } from './binance/stream-side.ts';
export type { TapeAggregate, TapeTrade } from './binance/tape.ts';
export {
  BinanceSpotExchange,
  type SpotAccountOptions,
  type SpotExchangeOptions,
} from './binance-spot/binance-spot-exchange.ts';
export type { SpotFill, SpotOrder } from './binance-spot/spot-order.ts';
export { type SpotSymbol, spotSymbol } from './binance-spot/spot-symbol.ts';
export type { SpotTruth } from './binance-spot/spot-truth.ts';
export {
  BinanceUsdmExchange,
  type UsdmAccountOptions,
  type UsdmExchangeOptions,
} from './binance-usdm/binance-usdm-exchange.ts';
export type { AlgoOrder, UsdmFill, UsdmOrder } from './binance-usdm/usdm-order.ts';
export { type UsdmSymbol, usdmSymbol } from './binance-usdm/usdm-symbol.ts';
export { USDM_503 } from './binance-usdm/usdm-trading.ts';
export type { UsdmTruth } from './binance-usdm/usdm-truth.ts';
export { type ExchangeClock, HandClock, WALL_CLOCK } from './exchange/exchange-clock.ts';
export type { Fault, Reply } from './exchange/fault-plan.ts';
export type { EngineMatch, EngineOrder } from './exchange/public-order.ts';
export type { JournalEntry, RequestJournal } from './exchange/request-journal.ts';
export type { HeardAnswer, HeardRequest, SentReply, ServerSocket } from './exchange/stand-in-door.ts';
export type { FlowTrade } from './exchange/symbol-market.ts';
