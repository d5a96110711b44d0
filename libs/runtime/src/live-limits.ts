/**
 * Limits that an account of a real exchange needs of its own, by their names in the file: the default
 * ones are for paper.
 */
export const LIVE_LIMITS = [
  ...(['positions_max', 'gross_notional_max', 'entry_notional_per_minute_max'] as const),
];
