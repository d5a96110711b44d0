import type { Clock } from '@algo/bus';

/** The disk is given so many times as long to others as a save took: orders are written there too. */
const REST = 20;
/** Who asked longer ago may be gone. */
const RECENT_MS = 10_000;

/**
 * Lets the shards of a process take and save their snapshots one after another, in the pace of one: each
 * driver keeps its own, and by itself sixty of them would keep the disk busy and be in memory all at once.
 */
export class PacedSaves {
  readonly #clock: Clock;
  /** The shard whose snapshot is taken and not saved yet, or was saved a moment ago. */
  #holder: number | undefined;
  readonly #askedMs = new Map<number, number>();
  readonly #savedMs = new Map<number, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a shard may take its snapshot; `run` must follow. Who was saved longest ago is first. */
  mayBegin(shard: number): boolean {
    const nowMs = this.#clock.monotonicMs();
    this.#askedMs.set(shard, nowMs);
    if (this.#holder !== undefined) return this.#holder === shard;
    for (const [other, askedMs] of this.#askedMs)
      if (nowMs - askedMs < RECENT_MS && this.#lastOf(other) < this.#lastOf(shard)) return false;
    this.#holder = shard;
    return true;
  }

  /** Saves the snapshot of a shard, be it its turn or its last. */
  async run(shard: number, save: () => Promise<void>): Promise<void> {
    const startMs = this.#clock.monotonicMs();
    try {
      await save();
    } finally {
      const endMs = this.#clock.monotonicMs();
      this.#savedMs.set(shard, endMs);
      this.#askedMs.delete(shard);
      if (this.#holder === shard)
        void this.#clock.sleep(REST * (endMs - startMs)).then(() => {
          this.#holder = undefined;
        });
    }
  }

  #lastOf(shard: number): number {
    return this.#savedMs.get(shard) ?? Number.NEGATIVE_INFINITY;
  }
}
