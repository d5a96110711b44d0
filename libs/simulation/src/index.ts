export type { Phase, PhaseKind, RegimeName } from './market-script.ts';
export * from './seeded-random.ts';
export * from './synthetic-market.ts';
