import type { Timeframe } from './candle.ts';
import type { ProfileScope } from './market-state.ts';
import type { RuleSet } from './rule-set.ts';

/**
 * What somebody asks of an instrument's analytics: nothing else is computed. What is asked comes out the same
 * whatever else is asked beside it. *Shape*: each once, in any order.
 */
export interface Wanted {
  /** The sets of rules that draw zones, gaps and profiles. */
  readonly rules: readonly RuleSet[];
  /** Whose bars a state says something of, and whose zones and gaps it holds. */
  readonly timeframes: readonly Timeframe[];
  /** Names of the features that each of those timeframes' closed bars are asked for. */
  readonly features: readonly string[];
  /** The profiles that a state holds. */
  readonly profiles: readonly ProfileScope[];
  /** Whether rows are made for the tables of flow and of profiles. */
  readonly rows: boolean;
}
