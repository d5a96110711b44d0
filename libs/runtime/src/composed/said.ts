import type { Fact } from '@algo/contracts';
import type { Hosted } from './hosted.ts';
import type { Work } from './scheduler.ts';

/** A fact on its way to its readers, who take it one after the other. */
export class Said implements Work {
  readonly fact: Fact;
  readonly readers: readonly Hosted[];
  readonly #give: (said: Said) => void;

  constructor(fact: Fact, readers: readonly Hosted[], give: (said: Said) => void) {
    this.fact = fact;
    this.readers = readers;
    this.#give = give;
  }

  run(): void {
    this.#give(this);
  }
}
