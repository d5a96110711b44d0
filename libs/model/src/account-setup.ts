import type { InstrumentId } from './ids.ts';

/** Longs and shorts of a contract are one net position, or stand beside each other. */
export type PositionMode = 'one_way' | 'hedge';

/** What a position of a contract may lose: all of the account, or its own margin. */
export type MarginMode = 'cross' | 'isolated';

/** How a contract is set up in an account. *Units*: `leverage` times the margin, at least 1. */
export interface ContractSetup {
  readonly instrument: InstrumentId;
  readonly marginMode: MarginMode;
  readonly leverage: number;
}

/**
 * How an account is set up at its venue. *Shape*: `objections` say what stands against trading it at all, in
 * words, such as a key that may withdraw; `shortSpot` says whether coins are lent, so that spot
 * may be short; `instruments` are the contracts, each once; spot has no such setup.
 */
export interface AccountSetup {
  readonly positionMode: PositionMode;
  readonly shortSpot: boolean;
  readonly instruments: readonly ContractSetup[];
  readonly objections: readonly string[];
}
