export { DecisionEngine } from './decision-engine.ts';
export type { ConvictionHigh, DecisionInput, DecisionMade, DecisionOutput } from './decision-io.ts';
export { DEFAULT_LIMITS, type DecisionLimits } from './decision-limits.ts';
export type { DecisionSettings } from './decision-settings.ts';
export { DECISION_STATE_VERSION, type DecisionState } from './decision-state.ts';
export { EVALUATION_INTERVAL_US, REPUBLISH_INTERVAL_US, SIGNALS_REMEMBERED } from './evaluation-pace.ts';
export * from './machine.ts';
export type { RefusalCount } from './refusal-counts.ts';
