import { type Check, InputError, RULE_SETS, type TradingConfig } from '@algo/model';
import {
  type Proposal,
  type Refusal,
  refuse,
  type Strategy,
  type StrategyInput,
  type StrategyVerdict,
} from '@algo/strategy';
import { PRICE_MAX } from './guards.ts';

/**
 * Returns the strategies that a configuration enables, in its order.
 * *Errors*: InputError when it names one that is not there, or no set of rules.
 */
export function enabledStrategies(config: TradingConfig, strategies: readonly Strategy[]): Strategy[] {
  if (!RULE_SETS.includes(config.ruleSet))
    throw new InputError({
      field: 'rule_set',
      value: config.ruleSet,
      because: 'no such set of rules',
      remedy: `Name one of ${RULE_SETS.join(', ')}.`,
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
  try {
    const verdict = strategy.evaluate(input);
    if (verdict.type === 'refusal') return verdict;
    const checks = verdict.checks();
    const fault = faultOf(verdict);
    if (fault !== null)
      return refuse(
        'STRATEGY',
        4,
        () => checks,
        verdict.direction,
        () => fault,
      );
    return { ...verdict, checks: () => checks };
  } catch (error) {
    return refuse(
      'STRATEGY',
      4,
      () => [],
      null,
      () => thrown(error),
    );
  }
}

/**
 * Returns the record of a refusal; one whose author's code throws while it is worked out says that instead.
 */
export function explain(refusal: Pick<Refusal, 'checks' | 'detail'>): {
  readonly checks: readonly Check[];
  readonly detail: string;
} {
  try {
    const checks = refusal.checks();
    return { checks, detail: refusal.detail(checks) };
  } catch (error) {
    return { checks: [], detail: thrown(error) };
  }
}

function thrown(error: unknown): string {
  return `threw ${error instanceof Error ? error.message : String(error)}`;
}

function faultOf(proposal: Proposal): string | null {
  for (const [name, price] of [
    ['stop_price', proposal.stopPrice],
    ['target_price', proposal.targetPrice],
  ] as const)
    if (price !== undefined && !(price > 0 && price < PRICE_MAX)) return `${name}=${price} is no price`;
  return null;
}
