import {
  type Check,
  type Direction,
  InputError,
  type Instrument,
  type MarketState,
  type RefusalCode,
  type Signal,
  type StrategyName,
  strategyName,
  type TradingConfig,
} from '@algo/model';
import type { z } from 'zod';
import type { Confluence } from './confluence.ts';
import type { StrategyReads } from './strategy-reads.ts';

/**
 * What a strategy is run on: every signal that analytics
 * raises, or every market state (at most one a second).
 */
export type StrategyTrigger = 'signal' | 'state';

/**
 * How far an evaluation got. A strategy without the hierarchy
 * uses 1 for "no setup here" and 4 for all that follows.
 */
export type StrategyLevel = 1 | 2 | 3 | 4;

/** What the engine hands over. `signal` is null for a strategy that runs on states. */
export interface StrategyInput {
  readonly state: MarketState;
  readonly signal: Signal | null;
  readonly instrument: Instrument;
  readonly config: TradingConfig;
}

/** What a strategy's own code sees: the input and its parameters, checked and complete. */
export interface StrategyContext<Parameters> extends StrategyInput {
  readonly parameters: Parameters;
}

/**
 * A trade that the strategy wants. *Units*: prices quote; leave `stopPrice` or `targetPrice` out when the
 * structure names none, and the configuration alone places it.
 */
export interface Proposal {
  readonly type: 'proposal';
  readonly direction: Direction;
  readonly level: StrategyLevel;
  readonly confluence: Confluence | null;
  /** The record of what was compared, worked out when it is read. */
  readonly checks: () => readonly Check[];
  readonly entryScore: number;
  readonly stopPrice?: number;
  readonly targetPrice?: number;
}

/** No trade, and why. `direction` and `confluence` as far as they were known. */
export interface Refusal {
  readonly type: 'refusal';
  readonly code: RefusalCode;
  readonly level: StrategyLevel;
  /** The record of what was compared, worked out when it is read: most refusals are only counted. */
  readonly checks: () => readonly Check[];
  /** Says in words what was wrong, from the checks. */
  readonly detail: (checks: readonly Check[]) => string;
  readonly direction?: Direction;
  readonly confluence?: Confluence;
}

export type StrategyVerdict = Proposal | Refusal;

/** What an author writes. `evaluate` must be pure: the same context always gives the same verdict. */
export interface StrategyDefinition<Schema extends z.ZodObject> {
  readonly name: string;
  readonly trigger: StrategyTrigger;
  /** Every parameter has a default, so that the strategy runs without any being given. */
  readonly parameters: Schema;
  /** What `evaluate` reads under a configuration: analytics computes nothing else in a backtest. */
  readonly reads: (config: TradingConfig) => StrategyReads;
  readonly evaluate: (context: StrategyContext<z.output<Schema>>) => StrategyVerdict;
}

/**
 * A strategy with its parameters in force. `schema` tells
 * the CLI, the console and the optimiser what can be set.
 */
export interface Strategy {
  readonly name: StrategyName;
  readonly trigger: StrategyTrigger;
  readonly schema: z.ZodObject;
  readonly parameters: Readonly<Record<string, unknown>>;
  reads(config: TradingConfig): StrategyReads;
  evaluate(input: StrategyInput): StrategyVerdict;
  /**
   * Returns the same strategy with other parameters. *Errors*:
   * InputError listing every value that is unusable.
   */
  withParameters(values: Readonly<Record<string, unknown>>): Strategy;
}

/**
 * Makes a strategy, with its default parameters. *Errors*: InputError
 * on a name that is no single word or a parameter without a default.
 */
export function defineStrategy<Schema extends z.ZodObject>(definition: StrategyDefinition<Schema>): Strategy {
  return withValues(definition, {});
}

function withValues<Schema extends z.ZodObject>(
  definition: StrategyDefinition<Schema>,
  values: Readonly<Record<string, unknown>>,
): Strategy {
  const unknown = Object.keys(values).filter((key) => !Object.hasOwn(definition.parameters.shape, key));
  const parsed = definition.parameters.safeParse(values);
  const problems = unknown.map((key) => `${key}: no such parameter`);
  if (!parsed.success)
    problems.push(...parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  if (!parsed.success || problems.length > 0)
    throw new InputError({
      field: `parameters of ${definition.name}`,
      value: JSON.stringify(values),
      because: problems.join('; '),
      remedy: `Parameters are: ${Object.keys(definition.parameters.shape).join(', ')}; each needs a default.`,
    });
  const parameters = parsed.data;
  return {
    name: strategyName(definition.name),
    trigger: definition.trigger,
    schema: definition.parameters,
    parameters,
    reads: definition.reads,
    evaluate: ({ state, signal, instrument, config }) =>
      definition.evaluate({ state, signal, instrument, config, parameters }),
    withParameters: (others) => withValues(definition, others),
  };
}
