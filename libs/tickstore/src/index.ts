export { type Archive, type ArchiveUnit } from './archive.ts';
export type { RowStore } from './row-store.ts';
export { SCHEMA_VERSION } from './schema.ts';
export { STORE_FILE, storedInstruments, storePath } from './store-path.ts';
export { BacklogFullError, StoreWriteError } from './store-problem.ts';
export type { IdKind, MarketProfileRow, StoredPosition, StoreRows } from './store-rows.ts';
export { openReader, type ResultRow, type TickReader, type VolumeSums } from './tick-reader.ts';
export { BACKLOG_ROWS_MAX, TickStore } from './tick-store.ts';
export type { TickStoreOptions, TickStoreStats } from './tick-store-options.ts';
