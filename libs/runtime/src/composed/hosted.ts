import type { Input, Reading } from '@algo/bus';
import type { Speaker } from '@algo/contracts';
import type { Work } from './scheduler.ts';

/** A machine in a composition, whatever it takes and says. */
export interface Hosted {
  readonly speaker: Speaker;
  readonly reads: readonly Reading[];
  /** The machine as it stands now. */
  readonly machine: object;
  /** Inputs taken since the composition began. */
  readonly taken: number;
  /** Gives it an input; what it says and asks for is done at its turn. */
  give(input: Input): void;
  /** Gives it an input and returns what it would have done, in order; nothing of it is done yet. */
  hear(input: Input): readonly Work[];
  /** Tears the machine down and makes it again from its own snapshot. */
  restore(): void;
}
