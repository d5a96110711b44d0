import type { Clock, SnapshotStore } from '@algo/bus';

/** How long a venue wants to be left alone. It outlives the process: whoever asks on is banned for longer. */
export class VenuePause {
  readonly #store: SnapshotStore;
  readonly #clock: Clock;
  #untilMs: number;

  private constructor(store: SnapshotStore, clock: Clock, untilMs: number) {
    this.#store = store;
    this.#clock = clock;
    this.#untilMs = untilMs;
  }

  /** Returns what an earlier life was told. */
  static async load(store: SnapshotStore, clock: Clock): Promise<VenuePause> {
    const bytes = await store.load();
    const untilMs = bytes === undefined ? 0 : Number(new TextDecoder().decode(bytes));
    return new VenuePause(store, clock, Number.isFinite(untilMs) ? untilMs : 0);
  }

  /** How long it still lasts. *Units*: ms. */
  get leftMs(): number {
    return Math.max(0, this.#untilMs - this.#clock.nowMs());
  }

  /** Resolves when it is stored that nothing may go out for so long. *Units*: ms. */
  async keep(pauseMs: number): Promise<void> {
    this.#untilMs = Math.max(this.#untilMs, this.#clock.nowMs() + pauseMs);
    await this.#store.save(new TextEncoder().encode(`${this.#untilMs}`));
  }
}
