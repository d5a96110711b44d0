import { type FeedTimes, type TimeUs, US_PER_MS } from '@algo/model';

/**
 * The time by which our books are looked at: what feeds tell, and what has passed by the wall while none told
 * any, so that the looks go on when ingest is dead. It never goes back. *Units*: µs of feed time.
 */
export class LookingTime {
  readonly #times: FeedTimes;
  #silentUs: number;

  constructor(times: FeedTimes, silentUs = 0) {
    this.#times = times;
    this.#silentUs = silentUs;
  }

  /** So long has passed by the wall, and no feed told the time. *Units*: wall ms. */
  pass(silentMs: number): void {
    this.#silentUs += silentMs * US_PER_MS * this.speed;
  }

  get nowUs(): TimeUs {
    return this.#times.newestUs() + this.#silentUs;
  }

  /** The newest time that a feed told. */
  get toldUs(): TimeUs {
    return this.#times.newestUs();
  }

  /** Returns how much of it no feed told: all the silences there were. */
  get silentUs(): number {
    return this.#silentUs;
  }

  get speed(): number {
    return this.#times.speed;
  }
}
