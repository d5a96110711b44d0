import type { TimeAdvanced } from './feed.ts';
import type { TimeUs } from './time.ts';

/**
 * Where the time of one feed stands. *Units*: `toldUs`, `sureUs`, `wallUs` and `speed` as TimeAdvanced says;
 * `warmUs` the time up to which history was given that nothing may be decided on.
 */
export interface FeedTime {
  readonly toldUs: TimeUs;
  readonly sureUs: TimeUs;
  readonly wallUs: TimeUs;
  readonly speed: number;
  readonly warmUs: TimeUs;
}

/** All that is known of the feeds' times, plain data. */
export interface FeedTimesState {
  readonly told: readonly (readonly [feed: string, time: FeedTime])[];
  readonly heard: readonly (readonly [venue: string, timeUs: TimeUs])[];
}

const UNTOLD: FeedTime = { toldUs: 0, sureUs: 0, wallUs: 0, speed: 1, warmUs: 0 };

/**
 * The time of each feed: feeds are not compared with each other. An instrument's feed is the one named
 * like its venue; a recording or a made-up market brings instruments of any venue and is the feed of all
 * that have none of their own. *Shape*: one entry for each feed that ever told a time, and for each venue
 * of which anything was heard.
 */
export class FeedTimes {
  readonly #times: Map<string, FeedTime>;
  readonly #heard: Map<string, TimeUs>;
  #newestUs: TimeUs;

  constructor(state: FeedTimesState = { told: [], heard: [] }) {
    this.#times = new Map(state.told);
    this.#heard = new Map(state.heard);
    this.#newestUs = Math.max(
      0,
      ...state.told.map(([, { toldUs }]) => toldUs),
      ...state.heard.map(([, timeUs]) => timeUs),
    );
  }

  /** Takes the next word of a feed; its times never go back. */
  take({ feed, toldUs, sureUs, wallUs, speed, warm }: TimeAdvanced): void {
    const before = this.#times.get(feed) ?? UNTOLD;
    if (warm) {
      this.#times.set(feed, { ...before, warmUs: Math.max(before.warmUs, toldUs) });
      return;
    }
    this.#newestUs = Math.max(this.#newestUs, toldUs);
    this.#times.set(feed, {
      toldUs: Math.max(before.toldUs, toldUs),
      sureUs: Math.max(before.sureUs, sureUs),
      wallUs,
      speed,
      warmUs: before.warmUs,
    });
  }

  /** Returns the feed that brings a venue's instruments; null before any told a time. */
  feedOf(venue: string): string | null {
    if (this.#times.has(venue)) return venue;
    for (const feed of this.#times.keys()) return feed;
    return null;
  }

  /**
   * Returns the time of the feed that brings a venue's instruments. *Shape*: `toldUs` 0 before it told any.
   */
  of(venue: string): FeedTime {
    const own = this.#times.get(venue);
    if (own !== undefined) return own;
    for (const time of this.#times.values()) return time;
    return UNTOLD;
  }

  /** Returns the speed of the fastest feed; 1 before any told a time. *Units*: feed time per wall time. */
  get speed(): number {
    const speeds = [...this.#times.values()].map(({ speed }) => speed);
    return speeds.length === 0 ? 1 : Math.max(...speeds);
  }

  /** When a feed last told a time, by ingest's wall clock; 0 before any did. *Units*: µs. */
  get newestWallUs(): TimeUs {
    return Math.max(0, ...[...this.#times.values()].map(({ wallUs }) => wallUs));
  }

  /** Returns the time that a feed told last; 0 before it told any. */
  toldBy(feed: string): TimeUs {
    return this.#times.get(feed)?.toldUs ?? 0;
  }

  /** Takes note of an event of a venue's instrument: its feed has come at least so far. */
  hear(venue: string, timeUs: TimeUs): void {
    if (timeUs <= (this.#heard.get(venue) ?? 0)) return;
    this.#heard.set(venue, timeUs);
    this.#newestUs = Math.max(this.#newestUs, timeUs);
  }

  /** Returns what time it is for a venue's instruments: as its feed told, or as its newest event says. */
  nowUs(venue: string): TimeUs {
    return Math.max(this.of(venue).toldUs, this.#heard.get(venue) ?? 0);
  }

  /** Returns the newest time of all feeds: for what concerns no single instrument. */
  newestUs(): TimeUs {
    return this.#newestUs;
  }

  state(): FeedTimesState {
    return { told: [...this.#times], heard: [...this.#heard] };
  }
}
