const FIRST_DELAY_MS = 200;
const DELAY_MAX_MS = 5_000;
/** A process that ran so long was well; what it did before that is forgiven. */
export const HEALTHY_MS = 30_000;

/**
 * How long to wait before a process that died is started again: doubling, and forgiven after half a minute of
 * health.
 */
export class RestartPolicy {
  #nextMs = FIRST_DELAY_MS;

  /** Returns the delay after a life of `uptimeMs`. */
  delayAfter(uptimeMs: number): number {
    if (uptimeMs >= HEALTHY_MS) this.#nextMs = FIRST_DELAY_MS;
    const delayMs = this.#nextMs;
    this.#nextMs = Math.min(delayMs * 2, DELAY_MAX_MS);
    return delayMs;
  }
}
