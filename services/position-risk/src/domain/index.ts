export type { AccountTotals } from './equity-guard.ts';
export * from './machine.ts';
export { DUMP_SIGNALS } from './portfolio/dump.ts';
export { BARS_READ } from './portfolio/market-memory.ts';
export {
  type NamedRules,
  namedRules,
  OWNER_RULES,
  type PortfolioRules,
} from './portfolio/portfolio-rules.ts';
export type { StopView } from './position-guard.ts';
export * from './position-risk-engine.ts';
export * from './position-risk-io.ts';
export * from './position-risk-settings.ts';
export { POSITION_RISK_STATE_VERSION, type PositionRiskState } from './position-risk-state.ts';
export * from './trailing-stop.ts';
