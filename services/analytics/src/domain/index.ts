export * from './instrument-analytics.ts';
export * from './machine.ts';
export * from './rows.ts';
export { type AnalyticsSettings, CLASSIC_THRESHOLDS } from './settings.ts';
export type { ShardRows, ShardWord } from './shard-rows.ts';
export { SNAPSHOT_VERSION, SnapshotReader, SnapshotWriter } from './snapshot.ts';
