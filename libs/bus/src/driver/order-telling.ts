import type { Clock } from '../bus.ts';

/** Who says nothing for so long says in which order it took its inputs. */
const SILENCE_MS = 1_000;

export interface OrderTellingParts {
  readonly clock: Clock;
  /** How many words were said. */
  readonly said: () => number;
  /** Whether there is an order that no word carries, and nothing is in hand. */
  readonly hasUntold: () => boolean;
  readonly tell: () => void;
}

/** Has the order of inputs said by a process that has nothing else to say. */
export class OrderTelling {
  readonly #parts: OrderTellingParts;
  #saidBefore = 0;
  #cancel: () => void = () => {};

  constructor(parts: OrderTellingParts) {
    this.#parts = parts;
  }

  begin(): void {
    const { clock, hasUntold, said, tell } = this.#parts;
    this.#cancel = clock.after(SILENCE_MS, () => {
      const wasSilent = said() === this.#saidBefore;
      this.begin(); // before it tells: what fails then stops this one
      if (wasSilent && hasUntold()) tell();
      this.#saidBefore = said();
    });
  }

  stop(): void {
    this.#cancel();
  }
}
