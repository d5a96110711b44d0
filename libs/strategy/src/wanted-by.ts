import type { TradingConfig, Wanted } from '@algo/model';
import type { Strategy } from './strategy.ts';

/** Returns what the strategies that a configuration enables read: all that a run of it needs computed. */
export function wantedBy(config: TradingConfig, strategies: readonly Strategy[]): Wanted {
  const reads = strategies.filter(({ name }) => config.strategies.includes(name));
  const each = <Item>(items: readonly Item[]): Item[] => [...new Set(items)];
  return {
    rules: [config.ruleSet],
    timeframes: each([...config.timeframes, config.primaryTimeframe]),
    features: each(reads.flatMap((strategy) => strategy.reads(config).features)),
    profiles: each(reads.flatMap((strategy) => strategy.reads(config).profiles)),
    rows: false,
  };
}
