import type { Fact, FactOf } from '@algo/contracts';
import {
  type InstrumentId,
  TIMEFRAME_US,
  type TimeAdvanced,
  type TimeUs,
  US_PER_MS,
  US_PER_SECOND,
} from '@algo/model';
import { type Composition, type Hosted, Said, type Work } from '@algo/runtime';
import { Activity } from './activity.ts';
import { Follower, type TapePlace } from './follower.ts';
import { LaneCursor, stateIn } from './lane-cursor.ts';
import type { Tape, TapeStretch } from './tape.ts';

/** The feed that a recording is. */
const FEED = 'file';
/** A feed says its time on this grid, as live. */
const GRID_US = 250 * US_PER_MS;
/** Everybody gets these times of the grid, whomever they concern: the guard says there that it lives. */
const QUIET_GRID_US = 5 * US_PER_SECOND;
/** Analytics is told each of these times: bars close at no other. */
const BAR_US = TIMEFRAME_US['15s'];
const NOBODY: readonly InstrumentId[] = [];
/** A row of no lane comes behind it. */
const LAST_LANE = Number.POSITIVE_INFINITY;

/** How a tape is given out. None of it changes what comes of it. */
export interface Cuts {
  /** Analytics takes so many rows in one piece, at most. */
  readonly rowsMax: number;
  /** Gives each trade and each time of the grid to everybody, as if always something were under way. */
  readonly always: boolean;
}

export const USUAL_CUTS: Cuts = { rowsMax: 4_096, always: false };

/**
 * Takes a composition through a tape. Analytics, which nobody feeds, takes it first; whenever it says
 * something that somebody reads, the others are brought to the row that it came after, and take it there.
 * Whom a trade or a time of the feed may concern gets them one by one; the others are owed them. Of one
 * moment, trades come before facts and both before the feed's time; trades in the order of instruments.
 */
export class BacktestRun {
  readonly #composition: Composition;
  readonly #analytics: readonly Hosted[];
  readonly #tape: Tape;
  readonly #cuts: Cuts;
  readonly #activity = new Activity();
  readonly #lanes: readonly LaneCursor[];
  readonly #place: { -readonly [Part in keyof TapePlace]: TapePlace[Part] };
  /** Everybody but analytics who reads the feed's time. */
  readonly #followers: readonly Follower[];
  /** Whom trades may concern now. */
  #concerned: readonly Follower[] = [];
  /** Up to when analytics has everything. */
  #nowUs: TimeUs = 0;
  #firstUs: TimeUs = 0;
  /** The last word about the feed's time, and that time. */
  #time: FactOf<'md.time'> | undefined;

  /** `analytics` are the machines that take the tape first. */
  constructor(composition: Composition, analytics: readonly Hosted[], tape: Tape, cuts: Cuts) {
    this.#composition = composition;
    this.#analytics = analytics;
    this.#tape = tape;
    this.#cuts = cuts;
    this.#lanes = tape.instruments.map(
      (instrument) => new LaneCursor(instrument, (fact) => this.#readersOf(fact), analytics),
    );
    this.#place = { lanes: this.#lanes, toldUs: 0, timeOf: (toldUs) => this.#timeOf(toldUs) };
    this.#followers = this.#readersOf(this.#timeOf(0))
      .filter((reader) => !analytics.includes(reader))
      .map((hosted) => new Follower(hosted, composition, this.#place));
  }

  /** Trades taken, and the moment reached. */
  get progress(): { readonly trades: number; readonly timeUs: TimeUs } {
    return { trades: this.#lanes.reduce((sum, { trades }) => sum + trades, 0), timeUs: this.#nowUs };
  }

  /** When the first trade was; 0 before it. */
  get firstUs(): TimeUs {
    return this.#firstUs;
  }

  /** Must be told of each fact at its turn. */
  observe(fact: Fact): void {
    if (this.#activity.take(fact))
      this.#concerned = this.#followers.filter(({ service }) => this.#activity.concerns(service));
  }

  /** Goes through the tape to its end; `onStretch` is told after each stretch of it. */
  async run(onStretch: () => void = () => {}): Promise<void> {
    for (let stretch = await this.#tape.next(); stretch !== undefined; stretch = await this.#tape.next()) {
      this.#take(stretch);
      this.#composition.check();
      onStretch();
    }
    if (this.#firstUs > 0) this.#end();
  }

  #take({ untilUs, lanes }: TapeStretch): void {
    for (const [i, lane] of this.#lanes.entries()) lane.take(lanes[i]!);
    for (const follower of this.#followers) follower.restart();
    if (this.#nowUs === 0) this.#begin();
    while (this.#nowUs < untilUs) {
      const endUs = Math.min(untilUs, gridAt(this.#nowUs, BAR_US) + BAR_US);
      this.#analyse(endUs);
      this.#nowUs = endUs;
      this.#advance(endUs);
      if (endUs % BAR_US === 0) this.#closeBars(endUs);
    }
    for (const follower of this.#followers) follower.settle();
  }

  /** Says the time before the first trade, so that everybody knows of the feed. */
  #begin(): void {
    this.#firstUs = Math.min(...this.#lanes.map((lane) => lane.nextUs));
    this.#nowUs = Math.ceil(this.#firstUs / QUIET_GRID_US) * QUIET_GRID_US - QUIET_GRID_US;
    this.#tick(this.#nowUs, this.#followers);
    this.#closeBars(this.#nowUs);
  }

  #end(): void {
    const endUs = Math.ceil(this.#nowUs / GRID_US) * GRID_US;
    this.#advance(endUs);
    if (this.#place.toldUs < endUs) this.#tick(endUs, this.#followers);
    for (const { instrument, trades, lastUs, analytics } of this.#lanes) {
      const body = { type: 'FeedEnded', instrument, trades, timeUs: lastUs } as const;
      this.#tellFirst(analytics, { name: 'FeedEnded', body }, (work) => this.#do(work));
    }
  }

  /** Gives analytics all trades up to a moment, of all lanes in their order. */
  #analyse(endUs: TimeUs): void {
    for (;;) {
      let first = 0;
      for (let i = 1; i < this.#lanes.length; i++)
        if (this.#lanes[i]!.aheadUs < this.#lanes[first]!.aheadUs) first = i;
      const lane = this.#lanes[first]!;
      let untilUs = endUs;
      for (let i = 0; i < this.#lanes.length; i++)
        if (i !== first) untilUs = Math.min(untilUs, this.#lanes[i]!.aheadUs - (i < first ? 1 : 0));
      const cut = lane.cut(untilUs, this.#cuts.rowsMax);
      if (cut === undefined) return;
      this.#tellFirst(lane.analytics, cut.batch, (work) => this.#heard(work, first, cut.from));
    }
  }

  /** Does what analytics wants while it takes rows of a lane: a word is taken at its place. */
  #heard(work: Work, lane: number, from: number): void {
    if (isRead(work)) {
      const cursor = this.#lanes[lane]!;
      const row = cursor.rowOf(work.fact, from);
      const timeUs = cursor.rows.timeUs[row]!;
      this.#goTo(timeUs, lane, row);
      this.#composition.scheduler.advanceTo(timeUs);
      this.#do(work);
    } else work.run();
  }

  /** Tells analytics a time at which bars may close; what it says is taken in the order of lanes. */
  #closeBars(timeUs: TimeUs): void {
    const said: Said[] = [];
    this.#tellFirst(this.#analytics, this.#timeOf(timeUs), (work) => {
      if (isRead(work)) said.push(work);
      else work.run();
    });
    if (said.length > 1) said.sort((a, b) => this.#laneOf(a) - this.#laneOf(b));
    for (const each of said) this.#do(each);
  }

  #laneOf({ fact }: Said): number {
    const state = stateIn(fact);
    return this.#lanes.findIndex(({ instrument }) => instrument === state?.instrument);
  }

  /** Brings the others to the end of a moment. */
  #advance(timeUs: TimeUs): void {
    this.#goTo(timeUs, LAST_LANE, 0);
    const alert = this.#alert;
    if (this.#nextTick(alert) <= timeUs) this.#tick(this.#nextTick(alert), alert);
  }

  /** Brings the others to a row, with all trades and times of the feed before it. */
  #goTo(timeUs: TimeUs, lane: number, row: number): void {
    for (;;) {
      const alert = this.#alert;
      const next = this.#nextLane();
      const { nextUs } = this.#lanes[next]!;
      const tick = this.#nextTick(alert);
      const isCalm = alert.length === 0;
      if (tick < timeUs && (isCalm || tick < nextUs)) this.#tick(tick, alert);
      else if (isCalm || nextUs > timeUs) break;
      else if (nextUs === timeUs && (next > lane || (next === lane && this.#lanes[next]!.reached > row)))
        break;
      else this.#trade(next, alert);
    }
    for (let i = 0; i < this.#lanes.length; i++)
      if (i === lane) this.#lanes[i]!.reach(row + 1);
      else this.#lanes[i]!.reachUntil(i < lane ? timeUs : timeUs - 1);
    this.#place.toldUs = Math.max(this.#place.toldUs, gridBefore(timeUs, GRID_US));
  }

  /** Returns the lane whose next row comes first. */
  #nextLane(): number {
    let first = 0;
    for (let i = 1; i < this.#lanes.length; i++)
      if (this.#lanes[i]!.nextUs < this.#lanes[first]!.nextUs) first = i;
    return first;
  }

  /** Gives a lane's next row to those whom it may concern. */
  #trade(lane: number, alert: readonly Follower[]): void {
    for (const follower of alert) follower.settle();
    const cursor = this.#lanes[lane]!;
    this.#composition.scheduler.advanceTo(cursor.nextUs);
    const row = cursor.reached;
    cursor.reach(row + 1);
    const batch = cursor.batch(row, row + 1, true);
    for (const follower of alert) follower.giveRow(lane, batch);
    this.#composition.scheduler.drain();
  }

  #nextTick(alert: readonly Follower[]): TimeUs {
    const { toldUs } = this.#place;
    return alert.length > 0 ? toldUs + GRID_US : gridAt(toldUs, QUIET_GRID_US) + QUIET_GRID_US;
  }

  /** Says a time of the feed, behind the trades before it, to those whom it may concern. */
  #tick(timeUs: TimeUs, alert: readonly Follower[]): void {
    this.#composition.scheduler.advanceTo(timeUs);
    for (const lane of this.#lanes) lane.reachUntil(timeUs);
    const followers = timeUs % QUIET_GRID_US === 0 ? this.#followers : alert;
    const time = this.#timeOf(timeUs);
    for (const follower of followers) follower.settleTrades(timeUs);
    this.#place.toldUs = timeUs;
    for (const follower of followers) follower.hosted.give(this.#composition.received(time));
    this.#composition.scheduler.drain();
  }

  /** Those for whom something may follow from a trade, or from a time of the feed. */
  get #alert(): readonly Follower[] {
    if (this.#cuts.always || this.#composition.scheduler.hasLater) return this.#followers;
    return this.#concerned;
  }

  #timeOf(toldUs: TimeUs): Fact {
    if (this.#time?.body.toldUs !== toldUs) this.#time = { name: 'TimeAdvanced', body: timeAt(toldUs) };
    return this.#time;
  }

  #readersOf(fact: Fact): readonly Hosted[] {
    return this.#composition.readersOf(fact, { identity: `ingest.${FEED}`, account: '' });
  }

  /** Gives analytics a fact of the feed, and hands over what it does while it goes on. */
  #tellFirst(analytics: readonly Hosted[], fact: Fact, done: (work: Work) => void): void {
    for (const hosted of analytics) hosted.hear(this.#composition.received(fact), done);
  }

  #do(work: Work): void {
    const { scheduler } = this.#composition;
    scheduler.push(work);
    scheduler.drain();
  }
}

/** What a recording says of its time: it is never behind, and knows no wall. */
function timeAt(toldUs: TimeUs): TimeAdvanced {
  const [type, feed, behind] = ['TimeAdvanced', FEED, NOBODY] as const;
  return { type, feed, toldUs, sureUs: toldUs, behind, wallUs: 0, speed: 1, warm: false };
}

/** Whether it is a word that somebody reads; all else can be done at once. */
function isRead(work: Work): work is Said {
  return work instanceof Said && work.readers.length > 0;
}

/** Returns the last time of a grid at or before a moment. */
function gridAt(timeUs: TimeUs, gridUs: number): TimeUs {
  return Math.floor(timeUs / gridUs) * gridUs;
}

/** Returns the last time of a grid before a moment. */
function gridBefore(timeUs: TimeUs, gridUs: number): TimeUs {
  return Math.ceil(timeUs / gridUs) * gridUs - gridUs;
}
