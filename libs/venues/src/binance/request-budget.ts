const MINUTE_MS = 60_000;
/** What market data takes of it: orders of the same machine need the rest. */
export const MARKET_DATA_SHARE = 0.4;
/** How far the venue's time may be from what was measured. *Units*: ms. */
const CLOCKS_DIFFER_MS = 1_000;
/** How long to wait where the venue says that it was asked too much, and not for how long. */
const BUSY_PAUSE_MS = 60_000;

/**
 * What a request is for. `exit`: an order that only reduces, or guards; `guard`: what those wait for:
 * the venue's time, the account's stream, what became of one order. `look_up`: the books, where exits wait.
 */
export type Purpose = 'exit' | 'cancel' | 'guard' | 'look_up' | 'entry' | 'audit' | 'market_data';

/**
 * Up to which share of what the whole address may use a purpose still gets some. What stands first gets the
 * last of it: a fifth is kept back from entries, and from audits more. Market data has a bound of its own
 * beside. An exit is never held back by what we reckon: the venue weighs none that it takes, its minute may
 * be over before ours, and where it takes none it says so, which is a pause.
 */
export const CEILINGS: Readonly<Record<Purpose, number>> = {
  ...{ exit: Number.POSITIVE_INFINITY, cancel: 1, guard: 1, look_up: 0.97 },
  ...{ entry: 0.8, audit: 0.7, market_data: 0.8 },
};

/**
 * A pause that other processes of this machine were told of, and earlier lives of this one. *Units*: ms.
 */
export interface SharedPause {
  /** How long nothing may go out yet. */
  leftMs(): number;
  /** Hears how long nothing may go out from now on. */
  keep(pauseMs: number): void;
}

const UNSHARED: SharedPause = { leftMs: () => 0, keep: () => undefined };

/**
 * What may still be asked of Binance by this process. *Units*: weights as Binance counts them, times
 * monotonic ms. *Shape*: at most one entry for each request of the last minute.
 */
export class RequestBudget {
  #addressMax: number;
  #weightMax: number;
  #spent: { readonly atMs: number; readonly weight: number }[] = [];
  /** What the whole IP has used of a minute, as the venue said last, and what went out since. */
  #used = { weight: 0, untilMs: 0 };
  #pausedUntilMs = 0;

  readonly #pause: SharedPause;

  /** `weightPerMinute`: what one address may use. */
  constructor(weightPerMinute: number, pause: SharedPause = UNSHARED) {
    this.#pause = pause;
    this.#addressMax = weightPerMinute;
    this.#weightMax = weightPerMinute * MARKET_DATA_SHARE;
  }

  /** The venue said what one address may use in a minute. */
  allow(weightPerMinute: number): void {
    this.#addressMax = weightPerMinute;
    this.#weightMax = weightPerMinute * MARKET_DATA_SHARE;
  }

  /** Takes the weight of a request. Returns 0, or how long to wait where there is not enough. */
  take(weight: number, nowMs: number, purpose: Purpose = 'market_data'): number {
    const pausedMs = this.pauseMs(nowMs);
    if (pausedMs > 0) return pausedMs;
    if (nowMs >= this.#used.untilMs) this.#used = { weight: 0, untilMs: nowMs + MINUTE_MS };
    const { weight: used, untilMs } = this.#used;
    if (used + weight > this.#addressMax * CEILINGS[purpose]) return untilMs - nowMs;
    if (purpose === 'market_data') {
      this.#spent = this.#spent.filter(({ atMs }) => nowMs - atMs < MINUTE_MS);
      const spent = this.#spent.reduce((sum, request) => sum + request.weight, 0);
      if (spent + weight > this.#weightMax) return this.#spent[0]!.atMs + MINUTE_MS - nowMs;
      this.#spent.push({ atMs: nowMs, weight });
    }
    this.#used = { weight: used + weight, untilMs };
    return 0;
  }

  /** How long nothing may go out to the venue at all, connections neither. */
  pauseMs(nowMs: number): number {
    return Math.max(0, this.#pausedUntilMs - nowMs, this.#pause.leftMs());
  }

  /**
   * The venue said what the IP has used of the minute that it is in. That is taken for one of its clock,
   * where its time is known: where it is another, what is asked behind its end is answered with what is
   * used still.
   * *Units*: `venueMs` the venue's time.
   */
  used(weight: number, nowMs: number, venueMs?: number): void {
    const goneMs = venueMs === undefined ? 0 : Math.max(0, (venueMs % MINUTE_MS) - CLOCKS_DIFFER_MS);
    this.#used = { weight, untilMs: nowMs + MINUTE_MS - goneMs };
  }

  /** The venue wants no request for a while. Returns how long. *Units*: `retryAfterS` as it says it. */
  refused(retryAfterS: number | undefined, nowMs: number): number {
    const pauseMs = retryAfterS === undefined ? BUSY_PAUSE_MS : retryAfterS * 1_000;
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, nowMs + pauseMs);
    // It says when its minute is over, which may be before ours.
    if (retryAfterS !== undefined) this.#used = { ...this.#used, untilMs: this.#pausedUntilMs };
    this.#pause.keep(this.#pausedUntilMs - nowMs);
    return this.#pausedUntilMs - nowMs;
  }
}

/** Returns the seconds of a Retry-After; undefined where it says none. */
export function retryAfterOf(text: string | null | undefined): number | undefined {
  return text !== null && text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
