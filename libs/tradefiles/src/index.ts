export { type OpenedFile, type OpenedFiles, openTradeFiles } from './open-trade-files.ts';
export type { TradeFile, TradeRows } from './trade-file.ts';
export { layoutOfWords, type TradeLayout } from './trade-layout.ts';
export { tradePaths } from './trade-paths.ts';
