interface Timer {
  readonly due: number;
  readonly number: number;
  /** Undefined once it was canceled. */
  run: (() => void) | undefined;
}

/** What is due later in virtual time, earliest first; of two due at one moment the one that was set first. */
export class Timers {
  #set = 0;
  /** A binary heap. */
  readonly #heap: Timer[] = [];

  /** How many are set, the canceled ones among them until their moment. */
  get size(): number {
    return this.#heap.length;
  }

  /** When the first is due; Infinity when there is none. */
  get due(): number {
    return this.#heap[0]?.due ?? Number.POSITIVE_INFINITY;
  }

  /** Sets one; returns what cancels it. */
  set(due: number, run: () => void): () => void {
    const timer: Timer = { due, number: ++this.#set, run };
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    for (let above = (at - 1) >> 1; at > 0 && isBefore(timer, heap[above]!); above = (at - 1) >> 1) {
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = timer;
    return () => {
      timer.run = undefined;
    };
  }

  /** Takes the first out, which must be there; returns what it does, undefined if it was canceled. */
  takeFirst(): (() => void) | undefined {
    const heap = this.#heap;
    const { run } = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return run;
    let at = 0;
    for (let below = 1; below < heap.length; below = 2 * at + 1) {
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below++;
      if (!isBefore(heap[below]!, last)) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
    return run;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.due < b.due || (a.due === b.due && a.number < b.number);
}
