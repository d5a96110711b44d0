export * from './topology.ts';
export * from './step-plan.ts';
