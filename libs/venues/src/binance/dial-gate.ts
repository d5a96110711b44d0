const FIVE_MINUTES_MS = 300_000;
/** Binance lets an address make 300 connections in five minutes; orders of the same machine need some. */
export const DIALS_MAX = 120;
/** Of those, what trades alone may take: their own bars can wait. */
export const KEPT_FOR_TRADES = 40;
/** Connections that have a second one beside them, until that takes over, at most. */
export const OVERLAPS_MAX = 4;

/**
 * Remembers when connections were made, also for the next life: a process that is started again and again
 * must not make more than one that runs. *Units*: `agoMs` how long ago by the wall, each from 0 on.
 */
export interface DialMemory {
  load(): readonly number[];
  /** What it has kept when this returns outlives the process. */
  keep(agoMs: readonly number[]): void;
}

/**
 * When a connection may be made, of all that processes of one name make, over all their lives. *Shape*: at
 * most DIALS_MAX times.
 */
export class DialGate {
  readonly #memory: DialMemory | undefined;
  #dialledMs: number[];
  #overlaps = 0;

  /** *Units*: `nowMs` monotonic. */
  constructor(nowMs = 0, memory?: DialMemory) {
    this.#memory = memory;
    const before = (memory?.load() ?? []).map((agoMs) => nowMs - Math.max(0, agoMs));
    this.#dialledMs = before.toSorted((a, b) => a - b).slice(-DIALS_MAX);
  }

  /**
   * Takes a dial; as many are left for others as `kept` says. Returns 0, or how long to wait. *Units*:
   * `nowMs` monotonic.
   */
  take(nowMs: number, kept = 0): number {
    this.#dialledMs = this.#dialledMs.filter((atMs) => nowMs - atMs < FIVE_MINUTES_MS);
    const over = this.#dialledMs.length - (DIALS_MAX - kept);
    if (over >= 0) return this.#dialledMs[over]! + FIVE_MINUTES_MS - nowMs;
    this.#dialledMs.push(nowMs);
    // Before it goes out: who dies of the dial has made it.
    this.#memory?.keep(this.#dialledMs.map((atMs) => nowMs - atMs));
    return 0;
  }

  /** Begins to have a second connection beside one that is replaced. Returns whether it may. */
  beginOverlap(): boolean {
    if (this.#overlaps >= OVERLAPS_MAX) return false;
    this.#overlaps++;
    return true;
  }

  endOverlap(): void {
    this.#overlaps--;
  }
}
