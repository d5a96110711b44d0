import type { Check, Direction, MarketState, Timeframe } from '@algo/model';
import { allPass, gate } from '../check.ts';
import { flowImbalance } from '../order-flow.ts';

/**
 * The fastest window's imbalance that a long must exceed; a
 * short must be under its inverse. *Source*: spec 4, level 3.
 */
export const CLASSIC_CASCADE_IMBALANCE = 2.0;

/** `imbalance` is that of the fastest window, null when not available. */
export interface CascadeVerdict {
  readonly passed: boolean;
  readonly imbalance: number | null;
  readonly checks: readonly Check[];
}

/**
 * Level 3: the pressure grows toward the present on all timeframes. Long: imbalance falls strictly from the
 * fastest to the longest timeframe and the fastest exceeds 2.0; short: it rises strictly and the fastest is
 * under 0.5. Example (1m, 5m, 15m): 3.0, 2.0, 1.5 → long; 3.0, 2.0, 2.0 → no; 2.0, 1.5, 1.2 → no, 2.0 is not
 * beyond 2.0; 0.4, 0.6, 0.8 → short. A timeframe without an order-flow window (1h) makes the cascade not
 * available.
 */
export function cascadeLevel(
  state: MarketState,
  timeframes: readonly Timeframe[],
  direction: Direction,
  imbalanceMin: number = CLASSIC_CASCADE_IMBALANCE,
): CascadeVerdict {
  const long = direction === 'long';
  const limit = long ? imbalanceMin : 1 / imbalanceMin;
  const checks: Check[] = [];
  const fastest = timeframes[0] === undefined ? null : flowImbalance(state, timeframes[0]);
  checks.push(
    gate(
      `cascade.${timeframes[0] ?? 'none'}`,
      fastest?.value,
      limit,
      (x) => (long ? x > limit : x < limit),
      'buy ÷ sell volume on the fastest timeframe',
    ),
  );
  let previous = fastest;
  for (const timeframe of timeframes.slice(1)) {
    const flow = flowImbalance(state, timeframe);
    const before = previous?.value ?? null;
    checks.push(
      gate(
        `cascade.${timeframe}`,
        flow.value,
        before,
        (x) => before !== null && (long ? x < before : x > before),
        `buy ÷ sell volume, must be ${long ? 'below' : 'above'} the next faster one`,
      ),
    );
    previous = flow;
  }
  return { passed: allPass(checks), imbalance: fastest?.value ?? null, checks };
}
