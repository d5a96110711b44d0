import type { Clock } from '@algo/bus';

/** The disk is given so many times as long to others as a save took: orders are written there too. */
const REST = 20;

/**
 * Lets the shards of a process save one after another, in the pace of one: each driver keeps its own, and by
 * itself sixty of them would keep the disk busy.
 */
export class PacedSaves {
  readonly #clock: Clock;
  #turn: Promise<void> = Promise.resolve();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs a save when it is its turn, or when `hurry` says that somebody waits for it. */
  async run(save: () => Promise<void>, hurry: Promise<void>): Promise<void> {
    const before = this.#turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = promise;
    await Promise.race([before, hurry]);
    const startMs = this.#clock.monotonicMs();
    try {
      await save();
    } finally {
      const rest = this.#clock.sleep(REST * (this.#clock.monotonicMs() - startMs));
      void Promise.all([before, rest]).then(() => resolve());
    }
  }
}
