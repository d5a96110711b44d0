import {
  type Check,
  type Direction,
  featureOf,
  type MarketState,
  type RuleSet,
  type Timeframe,
} from '@algo/model';
import { z } from 'zod';
import { available, gate } from '../check.ts';
import { concludeByConfluence, refuse } from '../conclude.ts';
import { confluenceReads, STRETCH, valueAreaEdgeDistance } from '../confluence.ts';
import {
  CLASSIC_PRIMARY_IMBALANCE,
  isOpposed,
  objections,
  readMicrostructure,
  readPrimaries,
} from '../primaries.ts';
import { defineStrategy, type StrategyContext, type StrategyVerdict } from '../strategy.ts';

const PARAMETERS = z.object({
  edge_share: z.number().gt(0).max(0.5).default(0.05).describe('nearness to the edge, of the area width'),
  deviation: z.number().gt(0).max(10).default(1).describe('stretch from the EMA, in σ'),
  imbalance: z.number().gt(1).max(99).default(CLASSIC_PRIMARY_IMBALANCE).describe('order-flow ratio'),
});
type Context = StrategyContext<z.output<typeof PARAMETERS>>;

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
  parameters: PARAMETERS,
  reads: confluenceReads,
  evaluate(context) {
    const { side, check: turn } = readMicrostructure(context.state);
    if (side === null) return refuse('STRATEGY', 1, () => [turn()], null, noSide);
    return atTurn(context, side, turn);
  },
});

const noSide = () => 'microstructure takes no side';

/** Most states show no turn: what it takes to judge one stands by itself. */
function atTurn(context: Context, direction: Direction, turn: () => Check): StrategyVerdict {
  const { state, config, parameters } = context;
  const { ruleSet, primaryTimeframe } = config;
  const edge = valueAreaEdgeDistance(state, direction, ruleSet);
  const stretch = stretchAgainst(state, primaryTimeframe, ruleSet, direction);
  const isAtEdge = edge !== null && edge <= parameters.edge_share;
  const isStretched = stretch !== null && stretch > parameters.deviation;
  const isSetUp = isAtEdge || isStretched;
  // Either of the two is enough, so beside one that holds the other is shown without a verdict.
  const seen = () => {
    const words = `of the value-area width off its ${direction === 'long' ? 'low' : 'high'}`;
    const against = `σ from the EMA20 on ${primaryTimeframe}, against the trade`;
    const setup = [
      gate('bounce_setup.edge', edge, parameters.edge_share, () => isAtEdge, words),
      gate('bounce_setup.stretch', stretch, parameters.deviation, () => isStretched, against),
    ];
    const shown = setup.map((check) =>
      isSetUp && check.passed !== true ? { ...check, passed: null } : check,
    );
    return [turn(), ...shown];
  };
  if (!isSetUp) return refuse('STRATEGY', 1, seen, direction, () => 'no setup');
  const primaries = readPrimaries(state, primaryTimeframe, parameters.imbalance);
  const checks = () => [...seen(), ...objections(primaries, direction)];
  if (isOpposed(primaries, direction)) return refuse('PRIMARY_DISAGREE', 4, checks, direction);
  return concludeByConfluence(context, direction, checks);
}

function stretchAgainst(
  state: MarketState,
  timeframe: Timeframe,
  rules: RuleSet,
  direction: Direction,
): number | null {
  const deviation = available(featureOf(state, timeframe, STRETCH[rules]));
  if (deviation === null) return null;
  return direction === 'long' ? -deviation : deviation;
}
