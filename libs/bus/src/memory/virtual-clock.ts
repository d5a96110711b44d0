import type { Clock } from '../bus.ts';

interface Timer {
  readonly dueMs: number;
  readonly number: number;
  /** Undefined once it was canceled. */
  run: (() => void) | undefined;
}

/** A clock that stands still until it is moved: time in simulations and in the in-process bus. */
export class VirtualClock implements Clock {
  #nowMs: number;
  #set = 0;
  /** A binary heap, the earliest first; of two at one moment the one that was set first. */
  readonly #timers: Timer[] = [];

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.after(ms, wake));
  }

  after(ms: number, run: () => void): () => void {
    const timer: Timer = { dueMs: this.#nowMs + ms, number: ++this.#set, run };
    const heap = this.#timers;
    let at = heap.push(timer) - 1;
    for (let above = (at - 1) >> 1; at > 0 && earlier(timer, heap[above]!); above = (at - 1) >> 1) {
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = timer;
    return () => {
      timer.run = undefined;
    };
  }

  /** Moves time on and runs what becomes due, in the order of its times, within this call. */
  run(ms: number): void {
    const endMs = this.#nowMs + ms;
    while (this.#runNext(endMs));
    this.#nowMs = endMs;
  }

  /** Moves time on as `run` does, and lets promises settle behind each timer. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    while (this.#runNext(endMs)) await new Promise((resolve) => setImmediate(resolve));
    this.#nowMs = endMs;
  }

  #runNext(endMs: number): boolean {
    const next = this.#timers[0];
    if (next === undefined || next.dueMs > endMs) return false;
    this.#removeFirst();
    if (next.run === undefined) return true;
    this.#nowMs = Math.max(this.#nowMs, next.dueMs);
    next.run();
    return true;
  }

  #removeFirst(): void {
    const heap = this.#timers;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && earlier(heap[below + 1]!, heap[below]!)) below++;
      if (!earlier(heap[below]!, last)) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
  }
}

function earlier(a: Timer, b: Timer): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.number < b.number);
}
