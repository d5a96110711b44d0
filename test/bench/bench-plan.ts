import type { EnginePlan } from '@algo/runtime';

/** One account; each bench has its ingest of one of these feeds, or is it itself. */
export const PLAN: EnginePlan = {
  accounts: ['paper-main'],
  feeds: ['synthetic', 'file', 'binance'],
  analytics: 1,
  live: [],
  standby: [],
};
