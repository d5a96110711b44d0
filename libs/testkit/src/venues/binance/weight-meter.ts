const MINUTE_MS = 60_000;
/** Requests that are made in spite of a 429, until the address is banned. */
const REFUSED_MAX = 10;
const BAN_S = 120;

/** How an address is turned away. *Units*: `retryAfterS` s. */
export interface Refusal {
  readonly status: 429 | 418;
  readonly retryAfterS: number;
}

/** Counts what one address uses of a minute, whoever asks from it. */
export class WeightMeter {
  readonly #most: number;
  #minute = 0;
  #used = 0;
  #refused = 0;
  #bannedUntilMs = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** What was used of the minute of a time. */
  used(nowMs: number): number {
    this.#turn(nowMs);
    return this.#used;
  }

  /** Whether the address is banned at a time: all is turned away then. */
  isBanned(nowMs: number): boolean {
    return nowMs < this.#bannedUntilMs;
  }

  /** Requests that were refused so far. */
  refusedInAll = 0;

  /** Takes the weight of a request. Returns how it is refused, if it is. */
  take(weight: number, nowMs: number): Refusal | undefined {
    this.#turn(nowMs);
    this.#used += weight;
    const isBanned = this.isBanned(nowMs);
    if (!isBanned && this.#used <= this.#most) return undefined;
    this.refusedInAll++;
    if (isBanned) return { status: 418, retryAfterS: Math.ceil((this.#bannedUntilMs - nowMs) / 1_000) };
    if (++this.#refused > REFUSED_MAX) this.#bannedUntilMs = nowMs + BAN_S * 1_000;
    return { status: 429, retryAfterS: Math.ceil((MINUTE_MS - (nowMs % MINUTE_MS)) / 1_000) };
  }

  #turn(nowMs: number): void {
    const minute = Math.floor(nowMs / MINUTE_MS);
    if (minute === this.#minute) return;
    [this.#minute, this.#used, this.#refused] = [minute, 0, 0];
  }
}
