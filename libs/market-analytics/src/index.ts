export * from './candle-analytics.ts';
export { featuresNamed } from './features/feature-named.ts';
export { FEATURE_FAMILIES, USUAL_FEATURES } from './features/registry.ts';
export * from './footprint.ts';
export * from './instrument-analytics.ts';
export { type InSteps, Resolution } from './resolution.ts';
export * from './rows.ts';
export { type AnalyticsSettings, USUAL_SETTINGS } from './settings.ts';
export { SNAPSHOT_VERSION, SnapshotReader, SnapshotWriter } from './snapshot.ts';
