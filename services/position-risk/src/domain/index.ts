export type { AccountTotals } from './equity-guard.ts';
export type { StopView } from './position-guard.ts';
export * from './position-risk-engine.ts';
export * from './position-risk-io.ts';
export * from './position-risk-settings.ts';
export { POSITION_RISK_SNAPSHOT_VERSION, type PositionRiskSnapshot } from './position-risk-snapshot.ts';
export * from './trailing-stop.ts';
export * from './machine.ts';
