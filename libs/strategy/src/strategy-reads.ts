import type { Wanted } from '@algo/model';

/** What a strategy reads of a state beside flow and tape: features of its timeframes, and profiles. */
export type StrategyReads = Pick<Wanted, 'features' | 'profiles'>;
