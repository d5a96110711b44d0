import type { FeedTimesState, StandingMode, TimeUs } from '@algo/model';
import type { GateKeeperState } from './gate-keeper.ts';
import type { LedgerState } from './order-ledger.ts';
import type { NetPosition } from './position-book.ts';
import type { ReferencePricesState } from './reference-price.ts';

/** The one layout of an execution state that this build seals and opens. */
export const EXECUTION_STATE_VERSION = 4;

/** All that the engine knows, apart from its settings. */
export interface ExecutionState {
  readonly times: FeedTimesState;
  readonly gate: GateKeeperState;
  readonly guard: readonly (readonly [feed: string, timeUs: TimeUs])[];
  readonly modes: readonly StandingMode[];
  readonly prices: ReferencePricesState;
  readonly positions: readonly NetPosition[];
  readonly ledger: LedgerState;
  readonly commands: readonly string[];
  readonly unanswered: readonly (readonly [commandId: string, limit: StandingMode])[];
  readonly entryTimes: readonly TimeUs[];
}
