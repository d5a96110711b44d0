import { type TimeUs, US_PER_MS } from '@algo/model';

/** Wall time that event time catches up with at once, at most; what is more is lost. *Units*: ms. */
export const CATCH_UP_MAX_MS = 100;

/**
 * How far the event time of a feed that isn't live has come: `speed` times as fast as the wall, or slower.
 */
export class Pace {
  readonly #speed: number;
  #timeUs: TimeUs;
  #ms: number;

  /** *Units*: `nowMs` monotonic. */
  constructor(speed: number, fromUs: TimeUs, nowMs: number) {
    this.#speed = speed;
    this.#timeUs = fromUs;
    this.#ms = nowMs;
  }

  /**
   * Returns the event time now. After a pause it goes on where it stood: a burst would be no N times real
   * time.
   */
  at(nowMs: number): TimeUs {
    const passedMs = Math.max(0, nowMs - this.#ms);
    this.#ms = Math.max(this.#ms, nowMs);
    this.#timeUs += Math.min(passedMs, CATCH_UP_MAX_MS) * US_PER_MS * this.#speed;
    return Math.floor(this.#timeUs);
  }
}
