import { InputError, type TradingConfig } from '@algo/model';
import {
  type Proposal,
  refuse,
  type Strategy,
  type StrategyInput,
  type StrategyVerdict,
} from '@algo/strategy';
import { PRICE_MAX } from './guards.ts';

/**
 * Returns the strategies that a configuration enables, in its order.
 * *Errors*: InputError when it names one that is not there, or a rule set that this engine does not have.
 */
export function enabledStrategies(config: TradingConfig, strategies: readonly Strategy[]): Strategy[] {
  if (config.ruleSet !== 'classic')
    throw new InputError({
      field: 'rule_set',
      value: config.ruleSet,
      because: 'this engine only has the classic rules',
      remedy: 'Activate a configuration with rule_set: classic.',
    });
  return config.strategies.map((name) => {
    const found = strategies.find((strategy) => strategy.name === name);
    if (found !== undefined) return found;
    throw new InputError({
      field: 'enabled_strategies',
      value: name,
      because: 'no strategy of that name is loaded',
      remedy: `Loaded are: ${strategies.map((strategy) => strategy.name).join(', ')}.`,
    });
  });
}

/**
 * Returns what the strategy says. One that throws, or proposes prices that are no prices, is refused on the
 * record: its author's mistake must not stop the others.
 */
export function runStrategy(strategy: Strategy, input: StrategyInput): StrategyVerdict {
  let verdict: StrategyVerdict;
  try {
    verdict = strategy.evaluate(input);
  } catch (error) {
    return refuse('STRATEGY', 4, [], null, `threw ${error instanceof Error ? error.message : String(error)}`);
  }
  if (verdict.type === 'refusal') return verdict;
  const fault = faultOf(verdict);
  return fault === null ? verdict : refuse('STRATEGY', 4, verdict.checks, verdict.direction, fault);
}

function faultOf(proposal: Proposal): string | null {
  for (const [name, price] of [
    ['stop_price', proposal.stopPrice],
    ['target_price', proposal.targetPrice],
  ] as const)
    if (price !== undefined && !(price > 0 && price < PRICE_MAX)) return `${name}=${price} is no price`;
  return null;
}
