const FIVE_MINUTES_MS = 300_000;
/** Binance lets an address make 300 connections in five minutes; orders of the same machine need some. */
const DIALS_MAX = 120;

/** When a connection may be made, of all that one process makes. *Shape*: at most DIALS_MAX times. */
export class DialGate {
  #dialledMs: number[] = [];

  /** Takes a dial. Returns 0, or how long to wait. *Units*: `nowMs` monotonic. */
  take(nowMs: number): number {
    this.#dialledMs = this.#dialledMs.filter((atMs) => nowMs - atMs < FIVE_MINUTES_MS);
    if (this.#dialledMs.length >= DIALS_MAX) return this.#dialledMs[0]! + FIVE_MINUTES_MS - nowMs;
    this.#dialledMs.push(nowMs);
    return 0;
  }
}
