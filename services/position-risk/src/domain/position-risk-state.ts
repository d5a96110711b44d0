import type { FeedTimesState, InstrumentId, TimeUs } from '@algo/model';
import type { AccountGuardState } from './account-guard.ts';
import type { InstrumentBookState, KnownOrder } from './instrument-book.ts';

/** The one layout of a guard's state that this build seals and opens. */
export const POSITION_RISK_STATE_VERSION = 2;

/** All that the machine must not forget, apart from its settings. */
export interface PositionRiskState {
  readonly times: FeedTimesState;
  readonly started: boolean;
  readonly nowUs: TimeUs;
  readonly guard: AccountGuardState;
  readonly books: readonly (readonly [InstrumentId, InstrumentBookState])[];
  readonly orders: readonly (readonly [string, KnownOrder])[];
  readonly fills: readonly (readonly [string, string])[];
  readonly commands: readonly (readonly [string, true])[];
}
