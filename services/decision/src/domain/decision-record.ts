import {
  type AccountId,
  type Check,
  type Decision,
  type DecisionId,
  decisionId,
  hashId,
  type Instrument,
  type MarketState,
  type Signal,
  type TradingConfig,
} from '@algo/model';
import { CONFLUENCE_MAX, type Strategy, type StrategyVerdict } from '@algo/strategy';
import type { DecisionOutput } from './decision-io.ts';

/** What one evaluation was made from. */
export interface Cause {
  readonly state: MarketState;
  readonly account: AccountId;
  /** Null for a strategy that runs on states. */
  readonly signal: Signal | null;
  readonly instrument: Instrument;
  readonly strategy: Strategy;
  readonly config: TradingConfig;
  readonly configurationHash: string;
}

/**
 * Returns the name of an evaluation: the same cause under the same configuration of one account always has the
 * same.
 */
export function decisionIdOf(evaluated: Cause): DecisionId {
  const { account, state, signal, instrument, strategy, configurationHash } = evaluated;
  const cause = signal?.id ?? state.timeUs;
  return decisionId(hashId('decision', account, strategy.name, instrument.id, cause, configurationHash));
}

/** Returns the record of an evaluation, followed by the news of its high confluence if it has one. */
export function recordDecision(
  cause: Cause,
  verdict: StrategyVerdict,
  checks: readonly Check[],
  outcome: Decision['outcome'],
  codeVersion: string,
): DecisionOutput[] {
  const { state, signal, instrument, strategy, config, configurationHash } = cause;
  const confluence = verdict.confluence ?? null;
  const direction = verdict.direction ?? null;
  const decision: Decision = {
    id: decisionIdOf(cause),
    signal: signal?.id ?? null,
    instrument: instrument.id,
    strategy: strategy.name,
    configuration: config.name,
    configurationHash,
    ruleSet: config.ruleSet,
    timeUs: state.timeUs,
    price: state.price,
    direction,
    level: verdict.level,
    confluence: confluence?.points ?? null,
    confluenceMax: confluence?.pointsMax ?? CONFLUENCE_MAX,
    conviction: confluence?.conviction ?? 'insufficient',
    checks,
    outcome,
  };
  const made: DecisionOutput = { type: 'DecisionMade', decision, codeVersion };
  if (confluence === null || direction === null || confluence.conviction !== 'high') return [made];
  return [
    made,
    {
      type: 'ConvictionHigh',
      decision: decision.id,
      instrument: instrument.id,
      strategy: strategy.name,
      direction,
      confluence: confluence.points,
      confluenceMax: confluence.pointsMax,
      timeUs: state.timeUs,
    },
  ];
}
