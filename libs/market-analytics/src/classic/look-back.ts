import { US_PER_MINUTE } from '@algo/model';

/** What the profiles look back over, the longest last. */
export const LOOK_BACKS = [
  { scope: '1m', lengthUs: US_PER_MINUTE },
  { scope: '5m', lengthUs: 5 * US_PER_MINUTE },
  { scope: '15m', lengthUs: 15 * US_PER_MINUTE },
  { scope: '60m', lengthUs: 60 * US_PER_MINUTE },
] as const;
/** Name of a look-back. */
export type LookBack = (typeof LOOK_BACKS)[number]['scope'];
export const LOOK_BACK_SCOPES: readonly LookBack[] = LOOK_BACKS.map(({ scope }) => scope);
