import type { Strategy } from '../strategy.ts';
import { bidAskBounce } from './bid-ask-bounce.ts';
import { hierarchical } from './hierarchical.ts';
import { orderFlowScalping } from './order-flow-scalping.ts';
import { supplyDemandBounce } from './supply-demand-bounce.ts';

export { bidAskBounce, hierarchical, orderFlowScalping, supplyDemandBounce };

/** The strategies that come with the engine, with their default parameters. */
export const NAMED_STRATEGIES: readonly Strategy[] = [
  orderFlowScalping,
  bidAskBounce,
  supplyDemandBounce,
  hierarchical,
];
