import type {
  Decimal,
  FeedTimesState,
  InstrumentId,
  RuleBookState,
  StandingMode,
  TimeUs,
  TradingConfig,
} from '@algo/model';
import type { PaceState } from './evaluation-pace.ts';
import type { ExposureState } from './exposure.ts';
import type { RefusalCount } from './refusal-counts.ts';

/** The one layout of a decider's state that this build seals and opens. */
export const DECISION_STATE_VERSION = 4;

/**
 * All that the engine knows, apart from its settings. *Units*: `equity.amount` account currency.
 * *Shape*: `configurationHash` is that of `config`; a state in which they differ was changed by hand.
 */
export interface DecisionState {
  readonly config: TradingConfig | null;
  readonly configurationHash: string;
  readonly times: FeedTimesState;
  readonly rules: RuleBookState;
  readonly equity: { readonly amount: Decimal; readonly timeUs: TimeUs } | null;
  readonly modes: readonly StandingMode[];
  readonly exposure: ExposureState;
  readonly pace: PaceState;
  readonly refusals: readonly RefusalCount[];
  /** Up to when each instrument has used what it may say of refusals. */
  readonly budget: readonly (readonly [InstrumentId, TimeUs])[];
  readonly repeatedSignals: number;
  readonly unknownInstruments: number;
}
