import type { FeedTimesState, RuleBookState, TimeUs } from '@algo/model';
import type { CashWatchState } from './cash-watch.ts';
import type { CorrectionsState } from './corrections.ts';
import type { PastEntry } from './entry-pace.ts';
import type { VenueDescribed } from './execution-io.ts';
import type { GateKeeperState } from './gate-keeper.ts';
import type { HaltsState } from './halts.ts';
import type { NamedLimits } from './limits.ts';
import type { LedgerState } from './order-ledger.ts';
import type { Asked } from './person-desk.ts';
import type { NetPosition } from './position-book.ts';
import type { ReferencePricesState } from './reference-price.ts';
import type { RejectWatchState } from './reject-watch.ts';
import type { SetupWatchState } from './setup-watch.ts';
import type { StandingWatchState } from './standing-watch.ts';

/** The one layout of an execution state that this build seals and opens. */
export const EXECUTION_STATE_VERSION = 24;

/** All that the engine knows, apart from its settings. *Units*: `silentUs` as LookingTime has it. */
export interface ExecutionState {
  readonly times: FeedTimesState;
  readonly silentUs: number;
  readonly gate: GateKeeperState;
  readonly guard: readonly (readonly [feed: string, timeUs: TimeUs])[];
  readonly halts: HaltsState;
  readonly limits: NamedLimits;
  readonly venue: VenueDescribed;
  readonly prices: ReferencePricesState;
  readonly positions: readonly NetPosition[];
  readonly cash: CashWatchState;
  readonly corrections: CorrectionsState;
  readonly setup: SetupWatchState;
  readonly rules: RuleBookState;
  readonly ledger: LedgerState;
  readonly commands: readonly string[];
  readonly persons: [commandId: string, command: Asked][];
  readonly entries: readonly PastEntry[];
  readonly rejects: RejectWatchState;
  readonly standing: StandingWatchState;
}

/** Nothing is known of the venue yet: nothing that no fill explains is believed. */
export const UNDESCRIBED: VenueDescribed = { holdsStops: false, readsSettleMs: Infinity, objections: [] };
