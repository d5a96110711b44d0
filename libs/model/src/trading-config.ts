import type { Timeframe } from './candle.ts';
import type { InstrumentId, StrategyName } from './ids.ts';
import type { RuleSet } from './rule-set.ts';

/**
 * One way of trading, hot-switchable. *Units*: shares (0.02 = 2 %), seconds where named. *Source*: spec 4.
 */
export interface TradingConfig {
  readonly name: string;
  readonly description: string;
  /** Shortest first. */
  readonly timeframes: readonly Timeframe[];
  readonly primaryTimeframe: Timeframe;
  readonly holdSeconds: readonly [min: number, max: number];
  readonly targetTrades: { readonly count: number; readonly per: 'hour' | 'day' };
  readonly riskReward: number;
  readonly strategies: readonly StrategyName[];
  readonly positionSize: number;
  readonly maxConcurrentPositions: number;
  readonly initialStop: readonly [min: number, max: number];
  readonly trailingStop: number;
  readonly takeProfit: readonly [min: number, max: number];
  readonly minWinRate: number;
  readonly ruleSet: RuleSet;
  readonly minConfluence: number;
  /** Whether entries only wait in the book: one that would take is not filled. */
  readonly postOnly: boolean;
  /** Whether entries may follow from bars and windows that trades are missing in. */
  readonly tradeOnIncomplete: boolean;
  /** Empty means every instrument that is fed. */
  readonly instruments: readonly InstrumentId[];
}
