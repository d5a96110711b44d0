export { clientOrderIdOf } from './client-order-id.ts';
export * from './execution-io.ts';
export type { ExecutionSettings } from './execution-settings.ts';
export type { Admitted } from './handlers/admitted.ts';
export * from './limits.ts';
export * from './machine.ts';
export type { ExitStyle } from './order-placement.ts';
