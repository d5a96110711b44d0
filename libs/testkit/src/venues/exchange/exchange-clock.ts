import { setTimeout as pass } from 'node:timers/promises';

/** The time of an exchange. *Units*: wall ms; whole µs may stand behind the point. */
export interface ExchangeClock {
  nowMs(): number;
  /** Ends when so much of this clock's time has passed. */
  sleep(ms: number): Promise<void>;
  /** Does something again and again, for as long as the exchange is open; returns what ends it. */
  every(ms: number, run: () => void): () => void;
}

/** The machine's own time. */
export const WALL_CLOCK: ExchangeClock = {
  nowMs: () => Date.now(), // tidy-ok: the exchange is another machine, and this is its clock
  sleep: async (ms) => {
    await pass(ms);
  },
  every: everyReal,
};

function everyReal(ms: number, run: () => void): () => void {
  const timer = setInterval(run, ms);
  return () => clearInterval(timer);
}

/** A clock that a test moves; whoever sleeps moves it too. */
export class HandClock implements ExchangeClock {
  #nowMs: number;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  async sleep(ms: number): Promise<void> {
    this.advance(ms);
  }

  /** In real time: whoever moves the clock does not wait for it. */
  every(ms: number, run: () => void): () => void {
    return everyReal(ms, run);
  }

  /** Lets time pass. */
  advance(ms: number): void {
    this.#nowMs += ms;
  }
}
