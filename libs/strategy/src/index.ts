export { available, failures, gate, judged, NOT_AVAILABLE, shown } from './check.ts';
export { concludeByConfluence, refuse } from './conclude.ts';
export { configurationHash } from './configuration-hash.ts';
export {
  CONFLUENCE_MAX,
  CONFLUENCE_WEIGHTS,
  CONVICTION_POINTS,
  type Confluence,
  confluenceReads,
  convictionOf,
  scoreConfluence,
  valueAreaEdgeDistance,
} from './confluence.ts';
export * from './levels/bounce.ts';
export * from './levels/cascade.ts';
export * from './levels/regime.ts';
export * from './levels/zone.ts';
export * from './nearest-zone.ts';
export * from './order-flow.ts';
export * from './primaries.ts';
export * from './strategies/index.ts';
export * from './strategy.ts';
export type { StrategyReads } from './strategy-reads.ts';
export * from './trading-config-schema.ts';
export { clockWords } from './true-profile.ts';
export { wantedBy } from './wanted-by.ts';
