import type { Input } from '@algo/bus';
import type { Family, Speaker } from '@algo/contracts';
import type { InstrumentId, Quiet } from '@algo/model';
import type { Work } from './scheduler.ts';

/** A machine in a composition, whatever it takes and says. */
export interface Hosted {
  readonly speaker: Speaker;
  /** What its service says. */
  readonly says: readonly Family[];
  /** The machine as it stands now. */
  readonly machine: object;
  /** Inputs taken since the composition began. */
  readonly taken: number;
  /** Returns what of an instrument's feed need not be given at once, as the machine stands now. */
  quiet(instrument: InstrumentId): Quiet;
  /** Called before each input, to give it first what it is owed. */
  beforeInput: (() => void) | undefined;
  /** Gives it an input, unless it passes it by; what it says and asks for is done at its turn. */
  give(input: Input): void;
  /** Gives it an input and hands over what it would have done, piece by piece while it goes on. */
  hear(input: Input, done: (work: Work) => void): void;
  /** Tears the machine down and makes it again from its own snapshot. */
  restore(): void;
}
