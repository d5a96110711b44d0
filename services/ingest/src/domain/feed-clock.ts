import {
  type Completeness,
  type InstrumentId,
  type TimeAdvanced,
  type TimeUs,
  US_PER_MS,
  US_PER_SECOND,
} from '@algo/model';
import { isTradeTime } from './raw-trades.ts';

/** Feed time per wall time, at most; also what a feed without pacing says. */
export const SPEED_MAX = 1_000;
/** Told time moves on this grid of event time. */
export const TIME_GRID_US = 250 * US_PER_MS;
/** The wall second is cut into pieces of this length; time is told once in each, at most. *Units*: ms. */
const TELL_EVERY_MS = 20;
/**
 * A live trade may be this long on its way by the wall: what happened within it, times the feed's speed, is
 * not sure yet. Where ids don't show a loss, whatever else does takes longer.
 */
export const LIVE_ALLOWANCE_US: Readonly<Record<Completeness, number>> = {
  'complete-by-id': US_PER_SECOND,
  audited: 3 * US_PER_SECOND,
  'best-effort': 3 * US_PER_SECOND,
};
/** How far a live trade may be ahead of the time that the feed must have reached. *Units*: µs at speed 1. */
const AHEAD_MAX_US = 60 * US_PER_SECOND;
/** How near two trades ahead of their time must lie for it to be the time that leapt. *Units*: µs. */
export const LEAP_AGREES_US = 60 * US_PER_SECOND;
/**
 * The part of the allowance that a trade is late by, or this process stood still for, before more of the same
 * instrument is waited for: what is left of the allowance has to cover the trade that is read next.
 */
const LATE_PART = 0.5;
/** How long by the wall an instrument that is behind holds the others' sure time back, at most. */
export const HOLD_BACK_MAX_US = 60 * US_PER_SECOND;

/**
 * `live`: trades are heard, and the wall tells how time goes on between them; `given`: the feed says up to
 * which time it has given everything. *Units*: `startMs` monotonic, `speed` feed time per wall time.
 */
export interface FeedClockSettings {
  readonly feed: string;
  readonly kind: 'live' | 'given';
  readonly completeness: Completeness;
  readonly speed: number;
  readonly startMs: number;
  /** Each instrument with the time of its newest stored trade; undefined where it has none. */
  readonly instruments: ReadonlyMap<InstrumentId, TimeUs | undefined>;
}

interface Standing {
  isConnected: boolean;
  /** A trade heard after this moment shows whether something is missing; undefined once one has. */
  unprovenSinceMs: number | undefined;
  hasGap: boolean;
  /**
   * Since when nothing late was heard, while more may wait unread in the connection: behind a standstill of
   * this process, or behind a late trade. Undefined while it keeps up.
   */
  lateSinceMs: number | undefined;
  /** Nothing is missing before this time. */
  completeUs: TimeUs;
  /** Since when it has been behind; undefined while all is well. */
  behindSinceMs: number | undefined;
}

/**
 * The time of one feed: takes what is heard of it and how the wall goes on, answers what is to be told. Told
 * and sure time never go back, and sure time is never ahead of told time.
 */
export class FeedClock {
  readonly #settings: FeedClockSettings;
  readonly #allowanceUs: number;
  readonly #standings = new Map<InstrumentId, Standing>();
  #nowMs: number;
  /** The newest time heard and when, or up to which all was given: feed time is reckoned from here. */
  #from: { readonly timeUs: TimeUs; readonly ms: number };
  /** What the venue told of its time last, and when: its clock until a trade of this life was heard. */
  #venue: { readonly by: 'clock' | 'trade'; readonly timeUs: TimeUs; readonly ms: number } | undefined;
  /** Time of the last trade that was heard ahead of its time; 0 for none. */
  #aheadUs = 0;
  #toldUs: TimeUs;
  #sureUs: TimeUs;
  #tellPiece = Number.NEGATIVE_INFINITY;

  /** `last` is the time that was told last before a restart. */
  constructor(settings: FeedClockSettings, last: Pick<TimeAdvanced, 'toldUs' | 'sureUs'> | undefined) {
    this.#settings = settings;
    const { completeness, kind, speed } = settings;
    this.#allowanceUs = kind === 'live' ? LIVE_ALLOWANCE_US[completeness] * speed : 0;
    this.#nowMs = settings.startMs;
    // Until the first trade tells better, time goes on from where it stood.
    this.#from = { timeUs: last?.toldUs ?? 0, ms: settings.startMs };
    this.#toldUs = last?.toldUs ?? 0;
    this.#sureUs = last?.sureUs ?? 0;
    const isGiven = settings.kind === 'given';
    for (const [instrument, storedUs] of settings.instruments) {
      // What was missed while nobody listened shows with the next trade.
      const standing: Standing = {
        isConnected: isGiven,
        unprovenSinceMs: isGiven || storedUs === undefined ? undefined : Number.NEGATIVE_INFINITY,
        hasGap: false,
        lateSinceMs: undefined,
        completeUs: storedUs ?? 0,
        behindSinceMs: undefined,
      };
      this.#standings.set(instrument, standing);
      this.#settle(standing);
    }
  }

  /** The time that was told last; 0 before the first. */
  get toldUs(): TimeUs {
    return this.#toldUs;
  }

  /** Instruments that are not connected. */
  get disconnectedInstruments(): InstrumentId[] {
    return [...this.#standings]
      .filter(([, { isConnected }]) => !isConnected)
      .map(([instrument]) => instrument);
  }

  /**
   * Says that all trades of an instrument up to this one were said. *Units*: `heardMs` monotonic, when it
   * came from the feed: it may have waited behind a gap since; undefined when it was fetched.
   */
  heard(instrument: InstrumentId, timeUs: TimeUs, heardMs: number | undefined): void {
    const standing = this.#standings.get(instrument)!;
    standing.completeUs = Math.max(standing.completeUs, timeUs);
    // What is fetched into a gap comes late, and tells nothing of the time now.
    if (heardMs === undefined) return;
    if (this.#settings.kind === 'live') {
      standing.lateSinceMs = this.#isLate(timeUs, heardMs) ? heardMs : undefined;
      this.#reckonFrom(timeUs, heardMs);
      this.#believe(timeUs, heardMs);
    }
    if (heardMs > (standing.unprovenSinceMs ?? 0)) standing.unprovenSinceMs = undefined;
    this.#settle(standing);
  }

  /**
   * Returns the latest time that a trade heard at a moment can have: a later one is an error, and told time
   * must not follow it. Infinity while nobody can say. *Units*: `heardMs` monotonic, `wallUs` then.
   */
  latestUs(heardMs: number, wallUs: TimeUs): TimeUs {
    const { kind, speed } = this.#settings;
    return kind === 'given' ? Number.POSITIVE_INFINITY : this.venueUs(heardMs, wallUs) + AHEAD_MAX_US * speed;
  }

  /**
   * Returns what time it is at the venue of a live feed, as far as it has told; only before that the wall's,
   * which may be another. Infinity where the wall can't tell either: at another speed. *Units*: `nowMs`
   * monotonic, `wallUs` then.
   */
  venueUs(nowMs: number, wallUs: TimeUs): TimeUs {
    const { speed } = this.#settings;
    if (this.#venue === undefined) return speed === 1 ? wallUs : Number.POSITIVE_INFINITY;
    return this.#venue.timeUs + (nowMs - this.#venue.ms) * US_PER_MS * speed;
  }

  /** Takes what the venue says that its clock shows. *Units*: `nowMs` monotonic. */
  venueClock(venueUs: TimeUs, nowMs: number): void {
    if (this.#venue?.by !== 'trade' && isTradeTime(venueUs))
      this.#venue = { by: 'clock', timeUs: venueUs, ms: nowMs };
  }

  /** A trade was heard that may still wait: so late it is at the venue. *Units*: as `latestUs`. */
  seen(timeUs: TimeUs, heardMs: number, wallUs: TimeUs): void {
    const isAhead =
      timeUs > this.latestUs(heardMs, wallUs) && Math.abs(timeUs - this.#aheadUs) > LEAP_AGREES_US;
    this.#aheadUs = isAhead ? timeUs : 0;
    if (!isAhead && isTradeTime(timeUs)) this.#believe(timeUs, heardMs);
  }

  /** Says that everything before a time was given, of all instruments. */
  given(untilUs: TimeUs): void {
    this.#reckonFrom(untilUs, this.#nowMs);
  }

  connected(instrument: InstrumentId): void {
    this.#change(instrument, (standing) => {
      standing.isConnected = true;
    });
  }

  disconnected(instrument: InstrumentId, nowMs: number): void {
    // Another reason for the same silence: it has not begun anew.
    if (!this.#standings.get(instrument)!.isConnected) return;
    this.#change(instrument, (standing) => {
      standing.isConnected = false;
      standing.unprovenSinceMs = nowMs;
    });
  }

  /** Says whether trades of an instrument wait for others that are missing. */
  setGap(instrument: InstrumentId, hasGap: boolean): void {
    if (this.#standings.get(instrument)!.hasGap === hasGap) return;
    this.#change(instrument, (standing) => {
      standing.hasGap = hasGap;
    });
  }

  /** The wall went on. Returns whether there is a time to be told now. *Units*: `nowMs` monotonic. */
  goOn(nowMs: number): boolean {
    const stoodMs = nowMs - this.#nowMs;
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    if (this.#settings.kind === 'live') this.#keepUp(stoodMs);
    return this.#gridNow() > this.#toldUs && Math.floor(this.#nowMs / TELL_EVERY_MS) > this.#tellPiece;
  }

  /**
   * Returns the time to be told, after `goOn` said that there is one. *Units*: `wallUs` of this machine's
   * clock.
   */
  tell(wallUs: TimeUs, warm: boolean): TimeAdvanced {
    return this.#tell(this.#gridNow(), wallUs, warm);
  }

  /** Returns the last word of a feed that has ended: nothing more happens before `endUs`. */
  end(endUs: TimeUs, wallUs: TimeUs): TimeAdvanced {
    return this.#tell(Math.max(this.#toldUs, endUs), wallUs, false);
  }

  #tell(toldUs: TimeUs, wallUs: TimeUs, warm: boolean): TimeAdvanced {
    this.#tellPiece = Math.floor(this.#nowMs / TELL_EVERY_MS);
    this.#toldUs = toldUs;
    let sureUs = toldUs - this.#allowanceUs;
    const behind: InstrumentId[] = [];
    for (const [instrument, { behindSinceMs, completeUs }] of this.#standings) {
      if (behindSinceMs === undefined) continue;
      behind.push(instrument);
      const behindUs = (this.#nowMs - behindSinceMs) * US_PER_MS;
      if (behindUs < HOLD_BACK_MAX_US) sureUs = Math.min(sureUs, completeUs);
    }
    this.#sureUs = Math.max(this.#sureUs, sureUs);
    const { feed, speed } = this.#settings;
    return { type: 'TimeAdvanced', feed, toldUs, sureUs: this.#sureUs, behind, wallUs, speed, warm };
  }

  /** The latest place of the grid that feed time has reached. */
  #gridNow(): TimeUs {
    const { timeUs, ms } = this.#from;
    // Before the very first trade there is no time that could go on.
    const goesOn = this.#settings.kind === 'live' && timeUs > 0;
    const reachedUs = goesOn ? timeUs + this.#feedTimeSince(ms) : timeUs;
    return Math.max(this.#toldUs, Math.floor(reachedUs / TIME_GRID_US) * TIME_GRID_US);
  }

  #reckonFrom(timeUs: TimeUs, ms: number): void {
    if (timeUs > this.#from.timeUs) this.#from = { timeUs, ms };
  }

  #believe(timeUs: TimeUs, ms: number): void {
    if (this.#venue?.by !== 'trade' || timeUs > this.#venue.timeUs) this.#venue = { by: 'trade', timeUs, ms };
  }

  /**
   * Behind a standstill of this process trades wait unread: each instrument is waited for until one is heard
   * that is not late, or none for as long as a trade may be on its way.
   */
  #keepUp(stoodMs: number): void {
    const allowanceMs = LIVE_ALLOWANCE_US[this.#settings.completeness] / US_PER_MS;
    const hasStood = stoodMs > allowanceMs * LATE_PART;
    for (const standing of this.#standings.values()) {
      if (hasStood) standing.lateSinceMs = this.#nowMs;
      else if (standing.lateSinceMs === undefined || this.#nowMs - standing.lateSinceMs <= allowanceMs)
        continue;
      else standing.lateSinceMs = undefined;
      this.#settle(standing);
    }
  }

  /** Whether time had been told further than a trade's own when it was heard, by more than is usual. */
  #isLate(timeUs: TimeUs, heardMs: number): boolean {
    const thenUs = this.#toldUs - this.#feedTimeSince(heardMs);
    return timeUs < thenUs - this.#allowanceUs * LATE_PART;
  }

  #feedTimeSince(ms: number): number {
    return (this.#nowMs - ms) * US_PER_MS * this.#settings.speed;
  }

  #change(instrument: InstrumentId, change: (standing: Standing) => void): void {
    const standing = this.#standings.get(instrument)!;
    change(standing);
    this.#settle(standing);
  }

  #settle(standing: Standing): void {
    const { isConnected, unprovenSinceMs, hasGap, lateSinceMs } = standing;
    const isBehind = !isConnected || unprovenSinceMs !== undefined || hasGap || lateSinceMs !== undefined;
    if (!isBehind) standing.behindSinceMs = undefined;
    else if (standing.behindSinceMs === undefined) {
      standing.behindSinceMs = this.#nowMs;
      standing.completeUs = Math.max(standing.completeUs, this.#sureUs);
    }
  }
}
