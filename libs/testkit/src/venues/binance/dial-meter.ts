const FIVE_MINUTES_MS = 300_000;

/** Counts the connections that one address makes, and tries to. */
export class DialMeter {
  readonly #most: number;
  #triedMs: number[] = [];
  /** The most that were tried in any five minutes. */
  mostTried = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a try. Returns whether it is one too many. */
  take(nowMs: number): boolean {
    this.#triedMs = this.#triedMs.filter((atMs) => nowMs - atMs < FIVE_MINUTES_MS);
    this.#triedMs.push(nowMs);
    this.mostTried = Math.max(this.mostTried, this.#triedMs.length);
    return this.#triedMs.length > this.#most;
  }
}
