import { Timers } from '@algo/bus';
import type { TimeUs } from '@algo/model';

/** Something to be done at its turn. */
export interface Work {
  run(): void;
}

/** Work of one moment, at most: more is two machines that answer each other for ever. */
const WORK_MAX = 1_000_000;

/**
 * Virtual time of a composition: what is to be done at the present moment, first in, first out, and what
 * is due later, earliest first; of two due at one moment the one that was set first. Nothing here waits
 * for a promise or a clock.
 */
export class Scheduler {
  #nowUs: TimeUs = 0;
  /** Its places are used again: only those up to `#end` count. */
  readonly #queue: Work[] = [];
  #next = 0;
  #end = 0;
  readonly #later = new Timers();

  /** The present moment of virtual time. */
  get nowUs(): TimeUs {
    return this.#nowUs;
  }

  /** True while something waits for a later moment. */
  get hasLater(): boolean {
    return this.#later.size > 0;
  }

  push(work: Work): void {
    this.#queue[this.#end++] = work;
  }

  /** Does something at a moment that is to come, at once when it has passed; returns what cancels it. */
  at(timeUs: TimeUs, run: () => void): () => void {
    return this.#later.set(timeUs, run);
  }

  /**
   * Does all that is to be done at this moment, and what follows from it. *Errors*: what a piece of work
   * throws.
   */
  drain(): void {
    while (this.#next < this.#end) {
      if (this.#next > WORK_MAX) throw new Error(`more than ${WORK_MAX} pieces of work at ${this.#nowUs} µs`);
      this.#queue[this.#next++]!.run();
    }
    this.#next = 0;
    this.#end = 0;
  }

  /** Moves time on; whatever falls due by then is done on the way, at its own moment. */
  advanceTo(timeUs: TimeUs): void {
    for (let dueUs = this.#later.due; dueUs <= timeUs; dueUs = this.#later.due) {
      this.#nowUs = Math.max(this.#nowUs, dueUs);
      this.#later.takeFirst()?.();
      this.drain();
    }
    this.#nowUs = Math.max(this.#nowUs, timeUs);
  }
}
