import type { Clock } from '../bus.ts';

/** A clock that stands still until it is moved: time in simulations and in the in-process bus. */
export class VirtualClock implements Clock {
  #nowMs: number;
  #sleepers: { wakeMs: number; wake: () => void }[] = [];

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.#sleepers.push({ wakeMs: this.#nowMs + ms, wake }));
  }

  /** Moves time on, waking sleepers in the order of their times and letting each run before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.#nowMs + ms;
    for (;;) {
      this.#sleepers.sort((a, b) => a.wakeMs - b.wakeMs);
      const next = this.#sleepers[0];
      if (next === undefined || next.wakeMs > end) break;
      this.#sleepers.shift();
      this.#nowMs = Math.max(this.#nowMs, next.wakeMs);
      next.wake();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#nowMs = end;
  }
}
