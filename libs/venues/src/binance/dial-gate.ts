const FIVE_MINUTES_MS = 300_000;
/** Binance lets an address make 300 connections in five minutes; orders of the same machine need some. */
export const DIALS_MAX = 120;
/** Of those, what trades alone may take: their own bars can wait. */
export const KEPT_FOR_TRADES = 40;
/** Connections that have a second one beside them, until that takes over, at most. */
export const OVERLAPS_MAX = 4;

/** When a connection may be made, of all that one process makes. *Shape*: at most DIALS_MAX times. */
export class DialGate {
  #dialledMs: number[] = [];
  #overlaps = 0;

  /**
   * Takes a dial; as many are left for others as `kept` says. Returns 0, or how long to wait. *Units*:
   * `nowMs` monotonic.
   */
  take(nowMs: number, kept = 0): number {
    this.#dialledMs = this.#dialledMs.filter((atMs) => nowMs - atMs < FIVE_MINUTES_MS);
    const over = this.#dialledMs.length - (DIALS_MAX - kept);
    if (over >= 0) return this.#dialledMs[over]! + FIVE_MINUTES_MS - nowMs;
    this.#dialledMs.push(nowMs);
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
