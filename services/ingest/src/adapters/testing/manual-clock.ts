import { type Clock, systemClock } from '@algo/bus';

/** A clock that is moved by hand, in short steps that let everybody have a turn. */
export class ManualClock implements Clock {
  #ms: number;
  #sleepers: { readonly wakeMs: number; readonly wake: () => void }[] = [];

  constructor(startMs: number) {
    this.#ms = startMs;
  }

  nowMs(): number {
    return this.#ms;
  }

  monotonicMs(): number {
    return this.#ms;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.#sleepers.push({ wakeMs: this.#ms + ms, wake }));
  }

  after(ms: number, run: () => void): () => void {
    const sleeper = { wakeMs: this.#ms + ms, wake: run };
    this.#sleepers.push(sleeper);
    return () => {
      this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
    };
  }

  async advance(ms: number, stepMs = 20): Promise<void> {
    for (const endMs = this.#ms + ms; this.#ms < endMs; ) {
      this.#ms = Math.min(endMs, this.#ms + stepMs);
      const due = this.#sleepers.filter(({ wakeMs }) => wakeMs <= this.#ms);
      this.#sleepers = this.#sleepers.filter((sleeper) => !due.includes(sleeper));
      for (const { wake } of due) wake();
      for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** The wall, with waits that are shorter than asked for. */
export function hastyClock(times: number): Clock {
  return {
    ...systemClock,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms / times)),
  };
}
