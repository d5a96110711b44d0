export * from './step-plan.ts';
export * from './topology.ts';
