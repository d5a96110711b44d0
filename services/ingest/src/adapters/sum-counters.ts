import type { ScreenCounters, TradeScreen } from '../domain/trade-screen.ts';

/** Returns the counters of all instruments together. */
export function sumCounters(screens: Iterable<TradeScreen>): ScreenCounters {
  const sum = { accepted: 0, refused: 0, duplicates: 0, gaps: 0, missing: 0 };
  for (const { counters } of screens) {
    sum.accepted += counters.accepted;
    sum.refused += counters.refused;
    sum.duplicates += counters.duplicates;
    sum.gaps += counters.gaps;
    sum.missing += counters.missing;
  }
  return sum;
}
