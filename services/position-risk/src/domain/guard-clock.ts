import { FeedTimes, type FeedTimesState, type TimeAdvanced, type TimeUs, US_PER_SECOND } from '@algo/model';

/** How often it says that it lives. *Units*: µs of feed time. */
const ALIVE_EVERY_US = 5 * US_PER_SECOND;

/** The clock as it is kept. *Units*: µs. */
export interface GuardClockState {
  readonly times: FeedTimesState;
  readonly nowUs: TimeUs;
}

/** The event time at which the guard works: that of the feed whose input it handles, or the newest of all. */
export class GuardClock {
  readonly #times: FeedTimes;
  #nowUs: TimeUs;

  constructor(state?: GuardClockState) {
    this.#times = new FeedTimes(state?.times);
    this.#nowUs = state?.nowUs ?? 0;
  }

  /** The event time it is for what is handled. *Units*: µs. */
  get nowUs(): TimeUs {
    return this.#nowUs;
  }

  get newestUs(): TimeUs {
    return this.#times.newestUs();
  }

  get speed(): number {
    return this.#times.speed;
  }

  /** It is as late as a venue's feed says. */
  goTo(venue: string): void {
    this.#nowUs = this.#times.nowUs(venue);
  }

  /** It is as late as the newest feed says. */
  goToNewest(): void {
    this.#nowUs = this.#times.newestUs();
  }

  /** An event of a venue's instrument: it is at least so late there. */
  hear(venue: string, timeUs: TimeUs): void {
    this.#times.hear(venue, timeUs);
    this.goTo(venue);
  }

  /** A feed told its time. Returns whether it has come to the next time at which to say that one lives. */
  told(time: TimeAdvanced): boolean {
    const { feed, toldUs } = time;
    const beforeUs = this.#times.toldBy(feed);
    this.#times.take(time);
    if (time.warm) return false;
    this.#nowUs = toldUs;
    return Math.floor(toldUs / ALIVE_EVERY_US) > Math.floor(beforeUs / ALIVE_EVERY_US);
  }

  state(): GuardClockState {
    return { times: this.#times.state(), nowUs: this.#nowUs };
  }
}
