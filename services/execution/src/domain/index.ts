export { clientOrderIdOf } from './client-order-id.ts';
export * from './execution-engine.ts';
export * from './execution-io.ts';
export type { ExecutionSettings } from './execution-settings.ts';
export { EXECUTION_STATE_VERSION, type ExecutionState } from './execution-state.ts';
export * from './limits.ts';
export type { ExitStyle } from './order-placement.ts';
export type { NetPosition } from './position-book.ts';
