import type { DecisionId, InstrumentId, SignalId, StrategyName } from './ids.ts';
import type { RuleSet } from './rule-set.ts';
import type { Direction } from './side.ts';
import type { TimeUs } from './time.ts';

/**
 * One number that was looked at. `passed` is null for a number
 * that only adds to a score. `value` null is *not available*.
 */
export interface Check {
  readonly name: string;
  readonly value: number | null;
  readonly threshold: number | null;
  readonly passed: boolean | null;
  readonly points: number | null;
  readonly pointsMax: number | null;
  readonly note: string;
}

export type Conviction = 'insufficient' | 'low' | 'medium' | 'high';

/** Why an evaluation that got as far as level 2 ended without an order. */
export const REFUSAL_CODES = [
  'REGIME',
  'ZONE',
  'CASCADE',
  'BOUNCE',
  'PRIMARY_DISAGREE',
  'CONFLUENCE',
  'STRATEGY',
  'HALTED',
  'INSTRUMENT_SHUT',
  'DEGRADED_DATA',
  'STALE_STATE',
  'COOL_DOWN',
  'POSITION_OPEN',
  'POSITION_LIMIT',
  'SIZE_TOO_SMALL',
  'NO_EQUITY',
  'NOT_CONFIGURED',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** The whole why of one evaluation: every score with its input and threshold. */
export interface Decision {
  readonly id: DecisionId;
  readonly signal: SignalId | null;
  readonly instrument: InstrumentId;
  readonly strategy: StrategyName;
  readonly configuration: string;
  readonly configurationHash: string;
  readonly ruleSet: RuleSet;
  readonly timeUs: TimeUs;
  readonly price: number;
  readonly direction: Direction | null;
  /** How far it got, 1–4 for the hierarchy; 4 when all levels passed or the strategy has none. */
  readonly level: number;
  readonly confluence: number | null;
  readonly confluenceMax: number;
  readonly conviction: Conviction;
  readonly checks: readonly Check[];
  readonly outcome:
    | { readonly type: 'accepted'; readonly commandId: string }
    | { readonly type: 'refused'; readonly code: RefusalCode; readonly detail: string };
}
