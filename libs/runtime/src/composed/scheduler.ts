import type { TimeUs } from '@algo/model';

/** Something to be done at its turn. */
export interface Work {
  run(): void;
}

interface Later {
  readonly timeUs: TimeUs;
  readonly ordinal: number;
  /** Undefined once it was canceled. */
  run: (() => void) | undefined;
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
  #set = 0;
  /** A binary heap. */
  readonly #later: Later[] = [];

  /** The present moment of virtual time. */
  get nowUs(): TimeUs {
    return this.#nowUs;
  }

  /** True while something waits for a later moment. */
  get hasLater(): boolean {
    return this.#later.length > 0;
  }

  push(work: Work): void {
    this.#queue[this.#end++] = work;
  }

  /** Does something at a moment that is to come, at once when it has passed; returns what cancels it. */
  at(timeUs: TimeUs, run: () => void): () => void {
    const later: Later = { timeUs, ordinal: ++this.#set, run };
    const heap = this.#later;
    let at = heap.push(later) - 1;
    for (let above = (at - 1) >> 1; at > 0 && isBefore(later, heap[above]!); above = (at - 1) >> 1) {
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = later;
    return () => {
      later.run = undefined;
    };
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
    for (let first = this.#later[0]; first !== undefined && first.timeUs <= timeUs; first = this.#later[0]) {
      this.#removeFirst();
      this.#nowUs = Math.max(this.#nowUs, first.timeUs);
      first.run?.();
      this.drain();
    }
    this.#nowUs = Math.max(this.#nowUs, timeUs);
  }

  #removeFirst(): void {
    const heap = this.#later;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (let below = 1; below < heap.length; below = 2 * at + 1) {
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below++;
      if (!isBefore(heap[below]!, last)) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
  }
}

function isBefore(a: Later, b: Later): boolean {
  return a.timeUs < b.timeUs || (a.timeUs === b.timeUs && a.ordinal < b.ordinal);
}
