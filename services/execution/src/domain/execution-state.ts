import type { InstrumentId, TimeUs, TradingMode } from '@algo/model';
import type { LedgerState } from './order-ledger.ts';
import type { NetPosition } from './position-book.ts';
import type { GateState } from './reconciliation-gate.ts';
import type { ReferencePrice } from './reference-price.ts';

/** The one layout of an execution state that this build seals and opens. */
export const EXECUTION_STATE_VERSION = 1;

/** All that the engine knows, apart from its settings. */
export interface ExecutionState {
  readonly nowUs: TimeUs;
  readonly gate: GateState;
  readonly modes: readonly { readonly scope: string; readonly mode: TradingMode }[];
  readonly prices: readonly ({ readonly instrument: InstrumentId } & ReferencePrice)[];
  readonly positions: readonly NetPosition[];
  readonly ledger: LedgerState;
  readonly commands: readonly string[];
  readonly entryTimes: readonly TimeUs[];
}
