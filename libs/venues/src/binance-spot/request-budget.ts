const MINUTE_MS = 60_000;
/** What Binance lets one IP ask for in a minute, by weight. */
export const WEIGHT_PER_MINUTE = 6_000;
/** What market data takes of it: orders of the same machine need the rest. */
export const MARKET_DATA_SHARE = 0.4;
/** How long to wait where the venue says that it was asked too much, and not for how long. */
const BUSY_PAUSE_MS = 60_000;

/**
 * What may still be asked of Binance by this process. *Units*: weights as Binance counts them, times
 * monotonic ms. *Shape*: at most one entry for each request of the last minute.
 */
export class RequestBudget {
  readonly #weightMax: number;
  #spent: { readonly atMs: number; readonly weight: number }[] = [];
  /** What the whole IP has used of a minute, as the venue said last. */
  #used = { weight: 0, untilMs: 0 };
  #pausedUntilMs = 0;

  constructor(weightMax = WEIGHT_PER_MINUTE * MARKET_DATA_SHARE) {
    this.#weightMax = weightMax;
  }

  /** Takes the weight of a request. Returns 0, or how long to wait where there is not enough. */
  take(weight: number, nowMs: number): number {
    if (nowMs < this.#pausedUntilMs) return this.#pausedUntilMs - nowMs;
    const { weight: used, untilMs } = this.#used;
    if (nowMs < untilMs && used + weight > WEIGHT_PER_MINUTE) return untilMs - nowMs;
    this.#spent = this.#spent.filter(({ atMs }) => nowMs - atMs < MINUTE_MS);
    const spent = this.#spent.reduce((sum, request) => sum + request.weight, 0);
    if (spent + weight > this.#weightMax) return this.#spent[0]!.atMs + MINUTE_MS - nowMs;
    this.#spent.push({ atMs: nowMs, weight });
    return 0;
  }

  /** The venue said what the IP has used of the minute that it is in. */
  used(weight: number, nowMs: number): void {
    this.#used = { weight, untilMs: nowMs + MINUTE_MS };
  }

  /** The venue wants no request for a while. Returns how long. *Units*: `retryAfterS` as it says it. */
  refused(retryAfterS: number | undefined, nowMs: number): number {
    const pauseMs = retryAfterS === undefined ? BUSY_PAUSE_MS : retryAfterS * 1_000;
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, nowMs + pauseMs);
    return this.#pausedUntilMs - nowMs;
  }
}
