export { type OpenedFile, type OpenedFiles, openTradeFiles } from './open-trade-files.ts';
export { parquetOfLines } from './parquet-of-lines.ts';
export { ScreenedRows } from './screened-rows.ts';
export type { TradeFile } from './trade-file.ts';
export { layoutOfWords, type TradeLayout } from './trade-layout.ts';
export type { TradeRows } from './trade-rows.ts';
