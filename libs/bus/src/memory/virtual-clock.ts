import type { Clock } from '../bus.ts';
import { Timers } from './timers.ts';

/** A clock that stands still until it is moved: time in simulations and in the in-process bus. */
export class VirtualClock implements Clock {
  #nowMs: number;
  readonly #timers = new Timers();

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
    return this.#timers.set(this.#nowMs + ms, run);
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
    while (this.#runNext(endMs)) await settled();
    this.#nowMs = endMs;
  }

  #runNext(endMs: number): boolean {
    const dueMs = this.#timers.due;
    if (dueMs > endMs) return false;
    const run = this.#timers.takeFirst();
    if (run === undefined) return true;
    this.#nowMs = Math.max(this.#nowMs, dueMs);
    run();
    return true;
  }
}

/**
 * Resolves once every promise that could settle has: a tick comes behind all of them. A turn of the event
 * loop would cost more than most of what a timer does.
 */
function settled(): Promise<void> {
  return new Promise((resolve) => queueMicrotask(() => process.nextTick(resolve)));
}
