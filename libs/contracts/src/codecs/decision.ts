import type { Check, Conviction, Decision, RefusalCode, TradingConfig } from '@algo/model';
import { codec, nested, type Part, part, union, wrapped } from '../codec.ts';
import { double, flag, list, oneWordOf, orNull, text, whole, word } from '../field.ts';
import { algo } from '../generated/algo.v1.js';
import type { ConfigurationActivated, ConvictionHigh, RefusalsCounted } from '../messages.ts';
import {
  decision as decisionName,
  direction,
  instrument,
  signal,
  strategy,
  timeframe,
} from './vocabulary.ts';

const refusalCode = oneWordOf<RefusalCode>('RefusalCode', {
  REGIME: 1,
  ZONE: 2,
  CASCADE: 3,
  BOUNCE: 4,
  PRIMARY_DISAGREE: 5,
  CONFLUENCE: 6,
  STRATEGY: 7,
  HALTED: 8,
  DEGRADED_DATA: 9,
  STALE_STATE: 10,
  COOL_DOWN: 11,
  POSITION_OPEN: 12,
  POSITION_LIMIT: 13,
  SIZE_TOO_SMALL: 14,
  NO_EQUITY: 15,
  NOT_CONFIGURED: 16,
});

const ruleSet = oneWordOf<Decision['ruleSet']>('RuleSet', { classic: 1, robust: 2 });

const check = part<Check>('Check', {
  name: text,
  value: orNull(double),
  threshold: orNull(double),
  passed: orNull(flag),
  points: orNull(double),
  pointsMax: orNull(double),
  note: text,
});

const outcome = union<Decision['outcome'], 'type'>('DecisionOutcome', 'type', {
  accepted: part('Accepted', { commandId: word }),
  refused: part('Refused', { code: refusalCode, detail: text }),
});

const decision = part<Decision>('Decision', {
  id: decisionName,
  signal: orNull(signal),
  instrument,
  strategy,
  configuration: text,
  configurationHash: text,
  ruleSet,
  timeUs: whole,
  price: double,
  direction: orNull(direction),
  level: whole,
  confluence: orNull(double),
  confluenceMax: double,
  conviction: oneWordOf<Conviction>('Conviction', { insufficient: 1, low: 2, medium: 3, high: 4 }),
  checks: list(nested(check)),
  outcome: nested(outcome),
});

type Pair = readonly [min: number, max: number];
const minMax = part<{ readonly min: number; readonly max: number }>('Range', { min: double, max: double });

/** The model has a pair, the wire two named numbers. */
const range: Part<Pair> = {
  shape: minMax.shape,
  put: ([min, max]) => minMax.put({ min, max }),
  take(raw) {
    const { min, max } = minMax.take(raw);
    return [min, max];
  },
};

const targetTrades = part<TradingConfig['targetTrades']>('TargetTrades', {
  count: double,
  per: oneWordOf<TradingConfig['targetTrades']['per']>('TargetPeriod', { hour: 1, day: 2 }),
});

const configuration = part<TradingConfig>('TradingConfig', {
  name: word,
  description: text,
  timeframes: list(timeframe),
  primaryTimeframe: timeframe,
  holdSeconds: nested(range),
  targetTrades: nested(targetTrades),
  riskReward: double,
  strategies: list(strategy),
  positionSize: double,
  maxConcurrentPositions: whole,
  initialStop: nested(range),
  trailingStop: double,
  takeProfit: nested(range),
  minWinRate: double,
  ruleSet,
  minConfluence: double,
  instruments: list(instrument),
});

export const decisionCodecs = {
  DecisionMade: codec(algo.v1.DecisionMade, wrapped('DecisionMade', 'decision', decision)),
  ConvictionHigh: codec(
    algo.v1.ConvictionHigh,
    part<ConvictionHigh>('ConvictionHigh', {
      decision: decisionName,
      instrument,
      confluence: double,
      confluenceMax: double,
      timeUs: whole,
    }),
  ),
  ConfigurationActivated: codec(
    algo.v1.ConfigurationActivated,
    part<ConfigurationActivated>('ConfigurationActivated', {
      configuration: nested(configuration),
      hash: word,
      timeUs: whole,
    }),
  ),
  RefusalsCounted: codec(
    algo.v1.RefusalsCounted,
    part<RefusalsCounted>('RefusalsCounted', {
      instrument,
      level: whole,
      code: refusalCode,
      count: whole,
      timeUs: whole,
    }),
  ),
};
