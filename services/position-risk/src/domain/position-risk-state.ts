import type { InstrumentId, RuleBookState } from '@algo/model';
import type { AccountGuardState } from './account-guard.ts';
import type { GuardClockState } from './guard-clock.ts';
import type { InstrumentBookState } from './instrument-book.ts';
import type { OrderMemoryState } from './order-memory.ts';
import type { PersonCommandsState } from './person-commands.ts';
import type { PortfolioState } from './portfolio/portfolio-desk.ts';

/** The one layout of a guard's state that this build seals and opens. */
export const POSITION_RISK_STATE_VERSION = 10;

/** All that the machine must not forget, apart from its settings. */
export interface PositionRiskState {
  readonly clock: GuardClockState;
  readonly guard: AccountGuardState;
  readonly rules: RuleBookState;
  readonly books: readonly (readonly [InstrumentId, InstrumentBookState])[];
  readonly orders: OrderMemoryState;
  readonly commands: PersonCommandsState;
  readonly portfolio: PortfolioState;
}
