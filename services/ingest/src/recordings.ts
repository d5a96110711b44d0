export type { FeedFile, FileRows } from './adapters/file-lane.ts';
export { type FeedFiles, openFeedFiles } from './adapters/open-file-feed.ts';
export { type RawTrades, sliceRaw } from './domain/raw-trades.ts';
export { TradeScreen } from './domain/trade-screen.ts';
