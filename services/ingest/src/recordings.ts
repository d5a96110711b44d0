export type { FeedFile } from './adapters/file-lane.ts';
export { openFeedFiles } from './adapters/open-file-feed.ts';
export type { TradeRows } from './adapters/trade-file.ts';
export { type RawTrades, sliceRaw } from './domain/raw-trades.ts';
export { TradeScreen } from './domain/trade-screen.ts';
