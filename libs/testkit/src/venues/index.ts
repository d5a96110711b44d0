export { BinanceStandIn, type ReadFault, type StandInOptions } from './binance/binance-stand-in.ts';
export { type BinanceDialect, SPOT_DIALECT, USDM_DIALECT } from './binance/dialect.ts';
export { malformedFrames } from './binance/malformed-frames.ts';
export { aggregateFrame, klineFrame, tradeFrame } from './binance/stream-frames.ts';
export type { StandInClient } from './binance/stream-side.ts';
export type { TapeAggregate, TapeTrade } from './binance/tape.ts';
export { type EngineMatch, type EngineOrder, MatchingEngine } from './matching-engine.ts';
