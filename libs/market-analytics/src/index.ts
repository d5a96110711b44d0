export { USUAL_FEATURES } from './features/registry.ts';
export * from './instrument-analytics.ts';
export * from './rows.ts';
export { type AnalyticsSettings, USUAL_SETTINGS } from './settings.ts';
export { SNAPSHOT_VERSION, SnapshotReader, SnapshotWriter } from './snapshot.ts';
