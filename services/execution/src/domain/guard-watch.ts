import { type Denial, type FeedTimes, type GuardAlive, type TimeUs, US_PER_SECOND } from '@algo/model';
import { deny } from './handlers/handler.ts';

/** How long the guard may say nothing. *Units*: µs of told time; the second times the feed's speed. */
const SILENCE_MAX_US = 15 * US_PER_SECOND;
const WALL_SILENCE_MAX_US = 3 * US_PER_SECOND;

/** Watches that position-risk lives: what nobody would guard is not entered. *Shape*: one time a feed. */
export class GuardWatch {
  readonly #aliveUs: Map<string, TimeUs>;

  constructor(alive: readonly (readonly [feed: string, timeUs: TimeUs])[] = []) {
    this.#aliveUs = new Map(alive);
  }

  hear({ feed, timeUs }: GuardAlive): void {
    this.#aliveUs.set(feed, Math.max(timeUs, this.#aliveUs.get(feed) ?? 0));
  }

  /** Says why nobody would guard what is entered in a venue's instruments now, or null. */
  denial(times: FeedTimes, venue: string): Denial | null {
    const feed = times.feedOf(venue);
    const aliveUs = feed === null ? undefined : this.#aliveUs.get(feed);
    const { toldUs, speed } = times.of(venue);
    const maxUs = Math.max(SILENCE_MAX_US, WALL_SILENCE_MAX_US * speed);
    if (aliveUs !== undefined && toldUs - aliveUs <= maxUs) return null;
    return deny('NO_GUARD', { alive_us: aliveUs ?? 'never', told_us: toldUs, silence_max_us: maxUs });
  }

  state(): readonly (readonly [feed: string, timeUs: TimeUs])[] {
    return [...this.#aliveUs];
  }
}
