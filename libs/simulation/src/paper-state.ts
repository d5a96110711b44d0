import type { AccountId, AccountSetup, Decimal, InstrumentId, TimeUs } from '@algo/model';
import type { PaperChange } from './paper-changes.ts';
import type { GateCount } from './paper-gate.ts';
import type { FillLog, MoveLog, SpentIds } from './paper-history.ts';
import type { LedgerState } from './paper-ledger.ts';
import type { PaperOrder } from './paper-matching.ts';
import type { RefusalsState } from './paper-refusals.ts';
import type { Tape } from './paper-tape.ts';

/** Everything a paper venue knows, apart from its settings. */
export interface PaperState {
  readonly clockUs: TimeUs;
  /** The newest epoch that each account has shown. */
  readonly epochs: ReadonlyMap<AccountId, number>;
  readonly gate: ReadonlyMap<AccountId, GateCount>;
  readonly refused: RefusalsState;
  /** How each account is set up that is not as at first. */
  readonly setup: ReadonlyMap<AccountId, AccountSetup>;
  readonly markets: readonly {
    readonly instrument: InstrumentId;
    /** In what its books count. */
    readonly grid: { readonly price: Decimal; readonly quantity: Decimal };
    readonly tape: Tape;
    /** How many fills of ours there were; the next trade id where they count by instrument. */
    readonly fills: number;
    /** How many prints there were. */
    readonly prints: number;
    readonly orders: readonly PaperOrder[];
    readonly aside: readonly PaperOrder[];
  }[];
  readonly ledger: LedgerState;
  readonly ended: readonly PaperOrder[];
  readonly fills: ReadonlyMap<AccountId, FillLog>;
  readonly moves: ReadonlyMap<AccountId, MoveLog>;
  readonly ids: ReadonlyMap<AccountId, SpentIds>;
  readonly changes: readonly PaperChange[];
}
