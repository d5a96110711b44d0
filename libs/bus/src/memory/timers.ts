interface Timer {
  readonly due: number;
  readonly run: () => void;
}

/** What is due later in virtual time, earliest first; of two due at one moment the one that was set first. */
export class Timers {
  /** The last to be done first. */
  readonly #timers: Timer[] = [];

  /** How many are set and not canceled. */
  get size(): number {
    return this.#timers.length;
  }

  /** When the first is due; Infinity when there is none. */
  get due(): number {
    return this.#timers.at(-1)?.due ?? Number.POSITIVE_INFINITY;
  }

  /** Sets one; returns what cancels it. */
  set(due: number, run: () => void): () => void {
    const timer: Timer = { due, run };
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#timers[middle]!.due > due) low = middle + 1;
      else high = middle;
    }
    this.#timers.splice(low, 0, timer);
    return () => {
      const at = this.#timers.lastIndexOf(timer);
      if (at >= 0) this.#timers.splice(at, 1);
    };
  }

  /** Takes the first out; returns what it does, undefined if there is none. */
  takeFirst(): (() => void) | undefined {
    return this.#timers.pop()?.run;
  }
}
