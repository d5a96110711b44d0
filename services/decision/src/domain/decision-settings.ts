import type { AccountId, Instrument, InstrumentId, TradingConfig } from '@algo/model';
import type { Strategy } from '@algo/strategy';
import type { DecisionLimits } from './decision-limits.ts';

/** What the decider of one account is built from. */
export interface DecisionSettings {
  readonly account: AccountId;
  readonly instruments: ReadonlyMap<InstrumentId, Instrument>;
  /** What it trades by until another one is activated; null for nothing. */
  readonly config: TradingConfig | null;
  /** Every strategy that a configuration may enable, parameters in force. */
  readonly strategies: readonly Strategy[];
  readonly codeVersion: string;
  /** DEFAULT_LIMITS where left out. */
  readonly limits?: Partial<DecisionLimits>;
}
