export * from './instrument-analytics.ts';
export * from './rows.ts';
export { type AnalyticsSettings, CLASSIC_THRESHOLDS } from './settings.ts';
export { SNAPSHOT_VERSION, SnapshotReader, SnapshotWriter } from './snapshot.ts';
