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
  readonly #times: Map<string, { -readonly [Part in keyof FeedTime]: FeedTime[Part] }>;
  readonly #heard: Map<string, TimeUs>;
  /** The feed that told first: of all venues without one of their own. */
  #first: FeedTime = UNTOLD;
  #newestUs: TimeUs;

  constructor(state: FeedTimesState = { told: [], heard: [] }) {
    this.#times = new Map(state.told.map(([feed, time]) => [feed, { ...time }]));
    for (const time of this.#times.values()) if (this.#first === UNTOLD) this.#first = time;
    this.#heard = new Map(state.heard);
    this.#newestUs = Math.max(
      0,
      ...state.told.map(([, { toldUs }]) => toldUs),
      ...state.heard.map(([, timeUs]) => timeUs),
    );
  }

  /** Takes the next word of a feed; its times never go back. */
  take({ feed, toldUs, sureUs, wallUs, speed, warm }: TimeAdvanced): void {
    let time = this.#times.get(feed);
    if (time === undefined) {
      time = { ...UNTOLD };
      this.#times.set(feed, time);
      if (this.#first === UNTOLD) this.#first = time;
    }
    if (warm) {
      time.warmUs = Math.max(time.warmUs, toldUs);
      return;
    }
    this.#newestUs = Math.max(this.#newestUs, toldUs);
    time.toldUs = Math.max(time.toldUs, toldUs);
    time.sureUs = Math.max(time.sureUs, sureUs);
    time.wallUs = wallUs;
    time.speed = speed;
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
    return this.#times.get(venue) ?? this.#first;
  }

  /** Returns the speed of the fastest feed; 1 before any told a time. *Units*: feed time per wall time. */
  get speed(): number {
    if (this.#times.size < 2) return this.#first.speed;
    return Math.max(...[...this.#times.values()].map(({ speed }) => speed));
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
    return { told: [...this.#times].map(([feed, time]) => [feed, { ...time }]), heard: [...this.#heard] };
  }
}
