import { setTimeout as pass } from 'node:timers/promises';

/** The time of an exchange. *Units*: wall ms; whole µs may stand behind the point. */
export interface ExchangeClock {
  nowMs(): number;
  /** Ends when so much of this clock's time has passed. */
  sleep(ms: number): Promise<void>;
}

/** The machine's own time. */
export const WALL_CLOCK: ExchangeClock = {
  nowMs: () => Date.now(), // tidy-ok: the exchange is another machine, and this is its clock
  sleep: async (ms) => {
    await pass(ms);
  },
};

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

  /** Lets time pass. */
  advance(ms: number): void {
    this.#nowMs += ms;
  }
}
