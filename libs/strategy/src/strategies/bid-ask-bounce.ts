import type { Direction, MarketState, Timeframe } from '@algo/model';
import { z } from 'zod';
import { available, gate } from '../check.ts';
import { concludeByConfluence, refuse } from '../conclude.ts';
import { valueAreaEdgeDistance } from '../confluence.ts';
import { CLASSIC_PRIMARY_IMBALANCE, objections, readMicrostructure, readPrimaries } from '../primaries.ts';
import { defineStrategy } from '../strategy.ts';

/**
 * Trades the turn at the edge of where volume trades. The setup: microstructure is bullish (long) or bearish
 * (short) while price is within 5 % of the value-area width of the value area's low (long) or high (short),
 * or the primary timeframe closed beyond 1 σ from its EMA20 on that side: the tape turns against the move
 * that led there. Then order flow must not take the other side beyond 2.5 : 1, and the confluence must reach
 * the minimum. Without a setup it refuses at level 1 (STRATEGY), which is only counted; afterwards at level
 * 4. Example: bullish, value area 100–104 and price 100.2 → 0.05 of the width off the low, setup long; price
 * 100.3 (0.075) with deviation −1.2 → setup long by deviation; 100.3 with −1.0 → no setup.
 */
export const bidAskBounce = defineStrategy({
  name: 'bid_ask_bounce',
  trigger: 'state',
  parameters: z.object({
    edge_share: z.number().gt(0).max(0.5).default(0.05).describe('nearness to the edge, of the area width'),
    deviation: z.number().gt(0).max(10).default(1).describe('stretch from the EMA, in σ'),
    imbalance: z.number().gt(1).max(99).default(CLASSIC_PRIMARY_IMBALANCE).describe('order-flow ratio'),
  }),
  evaluate(context) {
    const { state, config, parameters } = context;
    const { side: direction, check: turn } = readMicrostructure(state);
    if (direction === null) return refuse('STRATEGY', 1, [turn], null, 'microstructure takes no side');
    const edge = gate(
      'bounce_setup.edge',
      valueAreaEdgeDistance(state, direction),
      parameters.edge_share,
      (x) => x <= parameters.edge_share,
      `of the value-area width off its ${direction === 'long' ? 'low' : 'high'}`,
    );
    const { deviation } = parameters;
    const stretch = gate(
      'bounce_setup.stretch',
      stretchAgainst(state, config.primaryTimeframe, direction),
      deviation,
      (x) => x > deviation,
      `σ from the EMA20 on ${config.primaryTimeframe}, against the trade`,
    );
    if (edge.passed !== true && stretch.passed !== true)
      return refuse('STRATEGY', 1, [turn, edge, stretch], direction, 'no setup');
    // Either of the two is enough, so the other one is shown without a verdict.
    const setup = [edge, stretch].map((check) =>
      check.passed === true ? check : { ...check, passed: null },
    );
    const primaries = readPrimaries(state, config.primaryTimeframe, parameters.imbalance);
    const objecting = objections(primaries, direction);
    const checks = [turn, ...setup, ...objecting];
    if (primaries.flow !== null && primaries.flow !== direction)
      return refuse('PRIMARY_DISAGREE', 4, checks, direction);
    return concludeByConfluence(context, direction, checks);
  },
});

function stretchAgainst(state: MarketState, timeframe: Timeframe, direction: Direction): number | null {
  const regime = state.regimes.find((candidate) => candidate.timeframe === timeframe);
  const deviation = available(regime?.deviation);
  if (deviation === null) return null;
  return direction === 'long' ? -deviation : deviation;
}
