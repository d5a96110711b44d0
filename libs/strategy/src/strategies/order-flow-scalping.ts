import { z } from 'zod';
import { concludeByConfluence, refuse } from '../conclude.ts';
import { confluenceReads } from '../confluence.ts';
import { CLASSIC_PRIMARY_IMBALANCE, readPrimaries } from '../primaries.ts';
import { defineStrategy } from '../strategy.ts';

/**
 * Joins a one-sided tape. On a signal: order flow on the primary timeframe beyond 2.5 : 1 and microstructure
 * must take the same side, the signal's, and the confluence must reach the configuration's minimum. Reads no
 * regime level, so it runs before the long averages exist. Every refusal is level 4: signals are few, and
 * each one is explained. Example: 1m imbalance 3.0, bullish, at the value area low (1.5), |r| 0.1 (1.0), a
 * supply zone ahead (0.5): 3.0 of 8.0 reaches a minimum of 3.0 → long with score 3.0. With imbalance 2.4 →
 * PRIMARY_DISAGREE.
 */
export const orderFlowScalping = defineStrategy({
  name: 'order_flow_scalping',
  trigger: 'signal',
  parameters: z.object({
    imbalance: z.number().gt(1).max(99).default(CLASSIC_PRIMARY_IMBALANCE).describe('order-flow ratio'),
  }),
  reads: confluenceReads,
  evaluate(context) {
    const { state, signal, config, parameters } = context;
    const primaries = readPrimaries(state, config.primaryTimeframe, parameters.imbalance);
    const direction = primaries.agreed;
    if (direction === null)
      return refuse('PRIMARY_DISAGREE', 4, primaries.checks, null, () => sides(primaries));
    if (signal !== null && signal.direction !== direction)
      return refuse(
        'PRIMARY_DISAGREE',
        4,
        primaries.checks,
        direction,
        () => `signal=${signal.direction}, primaries=${direction}`,
      );
    return concludeByConfluence(context, direction, primaries.checks);
  },
});

function sides(primaries: ReturnType<typeof readPrimaries>): string {
  return `order_flow=${primaries.flow ?? 'none'}, microstructure=${primaries.microstructure ?? 'none'}`;
}
